import type { Type } from '@nestjs/common';
import { type TransformFnParams, TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

type Fields = Record<string, unknown>;
type Transform = (parameters: TransformFnParams) => unknown;

/** The decorators of a DTO class, looked up once. class-transformer and class-validator look them up for each value. */
export interface CompiledDto {
  /** The fields that have a rule, in the order of the DTO. */
  fields: ReadonlySet<string>;
  /**
   * Creates an instance with these fields, transformed. They are in the order of the DTO, because the fingerprint of an idempotent
   * request must not depend on the order in which they were sent.
   */
  convert: (fields: Fields) => object;
  /** Checks an instance. Only validateSync knows the messages. */
  isValid: (instance: object) => boolean;
}

/** Looks the decorators of a DTO class up: rules, `ValidateIf` and `Transform`, without groups, versions and nested classes. */
export function compileDto(type: Type): CompiledDto {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const fields = new Set(rules.map(({ propertyName }) => propertyName));
  const checks = [...fields].map((name) =>
    checkOf(
      name,
      rules.filter(({ propertyName }) => propertyName === name),
    ),
  );
  const transforms = new Map([...fields].map((name) => [name, transformsOf(type, name)]));
  return {
    fields,
    convert: (given) => {
      const instance = new type() as Fields;
      for (const [key, functions] of transforms) {
        if (!Object.hasOwn(given, key)) continue;
        let value = given[key];
        for (const transform of functions)
          value = transform({ value, key, obj: given, type: TransformationType.PLAIN_TO_CLASS, options: {} });
        instance[key] = value;
      }
      return instance;
    },
    isValid: (instance) => checks.every((check) => check(instance)),
  };
}

function transformsOf(type: Type, name: string): Transform[] {
  const found = defaultMetadataStorage.findTransformMetadatas(type, name, TransformationType.PLAIN_TO_CLASS);
  return found.map(({ transformFn }) => transformFn as Transform);
}

/** Returns a function that checks a field of an instance by all of its rules. */
function checkOf(name: string, rules: ValidationMetadata[]): (instance: object) => boolean {
  const isOf = (kind: string) => (rule: ValidationMetadata) => rule.type === kind;
  const conditions = rules.filter(isOf(ValidationTypes.CONDITIONAL_VALIDATION));
  const others = rules.filter((rule) => !conditions.includes(rule)).map(ruleCheck);
  return (object) => {
    const value = (object as Fields)[name];
    const applies = conditions.every(({ constraints: [condition] }) =>
      (condition as (of: object, value: unknown) => boolean)(object, value),
    );
    return !applies || others.every((check) => check(value, object));
  };
}

function ruleCheck(rule: ValidationMetadata): (value: unknown, object: object) => boolean {
  const { type, each, constraintCls, constraints, propertyName: property } = rule;
  if (type !== ValidationTypes.CUSTOM_VALIDATION)
    throw new Error(`${property} has a rule of the type ${type}`);
  const validators = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  const targetName = typeof rule.target === 'string' ? rule.target : rule.target.name;
  return (value, object) =>
    validators.every(({ instance }) => {
      const isValid = (one: unknown) =>
        instance.validate(one, { targetName, property, object, value, constraints }) === true;
      return each && isCollection(value) ? [...value.values()].every(isValid) : isValid(value);
    });
}

function isCollection(value: unknown): value is unknown[] | Set<unknown> | Map<unknown, unknown> {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}
