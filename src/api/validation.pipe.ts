import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { validateSync } from 'class-validator';

import { InvalidRequest } from './problem.js';
import { compileDto, type CompiledDto } from './compiled-dto.js';

/**
 * Validates bodies, parameters and queries by the class-validator rules of their DTO class, and names every invalid field.
 * Nest's own pipe lets fields such as `constructor` and `hasOwnProperty` through its whitelist. Here the fields of an endpoint
 * are exactly the ones that have a rule.
 */
export class ValidationPipe implements PipeTransform {
  private readonly compiled = new Map<Type, CompiledDto>();

  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    if (!metatype || typeof value !== 'object' || value === null) return value;
    const dto = this.compiledDto(metatype);
    if (dto.fields.size === 0) return value;

    const unknown = Object.keys(value).filter((field) => !dto.fields.has(field));
    const instance = dto.convert(value as Record<string, unknown>);
    if (unknown.length === 0 && dto.isValid(instance)) return instance;
    throw new InvalidRequest([
      ...unknown.map((field) => ({ field, message: 'is not a field of this endpoint' })),
      ...validateSync(instance, { stopAtFirstError: true }).map(({ property, constraints }) => {
        const [message = 'is not valid'] = Object.values(constraints ?? {});
        return { field: property, message: withoutPrefix(message, property) };
      }),
    ]);
  }

  private compiledDto(type: Type): CompiledDto {
    const known = this.compiled.get(type) ?? compileDto(type);
    this.compiled.set(type, known);
    return known;
  }
}

/** The default messages of class-validator begin with the name of the field. */
function withoutPrefix(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
