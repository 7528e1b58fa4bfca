import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

import { InvalidRequest, type FieldError } from './problem.js';

/**
 * Holds bodies, parameters and queries against the class-validator rules of their DTO class, and names every field
 * that breaks one. Nest's own pipe lets fields such as `constructor` and `hasOwnProperty` through its whitelist;
 * here the fields of a call are exactly the ones that have a rule.
 */
export class ValidationPipe implements PipeTransform {
  private readonly fieldsOf = new Map<Type, ReadonlySet<string>>();

  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    if (!metatype || typeof value !== 'object' || value === null) return value;
    const known = this.knownFields(metatype);
    if (known.size === 0) return value;

    const given = Object.entries(value);
    const errors = given.filter(([field]) => !known.has(field)).map(([field]) => unknownField(field));
    const plain = Object.fromEntries(given.filter(([field]) => known.has(field)));
    const instance = plainToInstance<object, object>(metatype, plain, { exposeDefaultValues: true });
    for (const { property, constraints } of validateSync(instance, { stopAtFirstError: true })) {
      const [message = 'is not valid'] = Object.values(constraints ?? {});
      errors.push({ field: property, message: message.replace(`${property} `, '') });
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

function unknownField(field: string): FieldError {
  return { field, message: 'is not a field of this call' };
}
