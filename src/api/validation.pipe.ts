import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

import { InvalidRequest } from './problem.js';

/**
 * Validates bodies, parameters and queries by the class-validator rules of their DTO class, and names every invalid field.
 * Nest's own pipe lets fields such as `constructor` and `hasOwnProperty` through its whitelist. Here the fields of an endpoint
 * are exactly the ones that have a rule.
 */
export class ValidationPipe implements PipeTransform {
  private readonly fieldsOf = new Map<Type, ReadonlySet<string>>();

  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    if (!metatype || typeof value !== 'object' || value === null) return value;
    const known = this.knownFields(metatype);
    if (known.size === 0) return value;

    const given = new Map<string, unknown>(Object.entries(value));
    const unknown = [...given.keys()].filter((field) => !known.has(field));
    const errors = unknown.map((field) => ({ field, message: 'is not a field of this endpoint' }));
    // In the order of the DTO: the fingerprint of an idempotent request does not depend on the order of its fields.
    const names = [...known].filter((name) => given.has(name));
    const plain = Object.fromEntries(names.map((name) => [name, given.get(name)]));
    const instance = plainToInstance<object, object>(metatype, plain, { exposeDefaultValues: true });
    for (const { property, constraints } of validateSync(instance, { stopAtFirstError: true })) {
      const [message = 'is not valid'] = Object.values(constraints ?? {});
      errors.push({ field: property, message: withoutPrefix(message, property) });
    }
    if (errors.length > 0) throw new InvalidRequest(errors);
    return instance;
  }

  private knownFields(type: Type): ReadonlySet<string> {
    const cached = this.fieldsOf.get(type);
    if (cached) return cached;
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    const fields = new Set(rules.map(({ propertyName }) => propertyName));
    this.fieldsOf.set(type, fields);
    return fields;
  }
}

/** The default messages of class-validator begin with the name of the field. */
function withoutPrefix(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
