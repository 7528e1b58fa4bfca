import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Max } from 'class-validator';

import { enumSchema, sortedObject, type MapOptions } from './fields.js';
import { Problem } from './problem.js';
import { addressError, addressPattern, choiceError, listNotation, mapError } from './field-rules.js';
import { maxEmailLength } from './field-rules.js';
import { Optional, parseInteger, parseTimeBound, patternError } from './field-rules.js';
import { Satisfies, textError, timeError } from './field-rules.js';

/** Converts the text of a parameter. The rules reject a value that cannot be converted. */
function Coerce(coerce: (value: unknown) => unknown): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => coerce(value) ?? value);
}

const IsId = () => IsInt({ message: 'must be a positive integer, written without sign or leading zeros' });

/**
 * The id of a resource in a path.
 * @throws Problem 404 for a number that JavaScript cannot represent exactly, because no resource has it
 */
export function IdParameter({ of, example }: { of: string; example: number }): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example }),
    IsId(),
    Coerce((value) => {
      const id = parseInteger(value);
      if (id !== undefined && !Number.isSafeInteger(id))
        throw new Problem('not-found', `There is no ${of} ${String(value)}`);
      return id;
    }),
  );
}

/** A filter by an id. */
export function IdFilter(): PropertyDecorator {
  const maximum = Number.MAX_SAFE_INTEGER;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', format: 'int64', minimum: 1, maximum }),
    Optional(),
    Coerce(parseInteger),
    Max(maximum, { message: `must be at most ${maximum}` }),
    IsId(),
  );
}

/** A required text of 1 to `max` characters that is not blank, and matches the pattern if there is one. */
export function TextParameter(options: {
  max: number;
  pattern?: string;
  example: string;
}): PropertyDecorator {
  const { max, pattern = '\\S', example } = options;
  return applyDecorators(
    ApiProperty({ type: String, minLength: 1, maxLength: max, pattern, example }),
    Satisfies((value) => textError(value, max) ?? patternError(value as string, pattern)),
  );
}

/** A filter by a text of 1 to `max` characters that is not blank. */
export function TextFilter({ max, example }: { max: number; example: string }): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, minLength: 1, maxLength: max, pattern: '\\S', example }),
    Satisfies((value) => textError(value, max)),
    Optional(),
  );
}

/** A filter by an email address. */
export function EmailFilter({ example }: { example: string }): PropertyDecorator {
  const bounds = { minLength: 1, maxLength: maxEmailLength, pattern: addressPattern };
  return applyDecorators(
    ApiPropertyOptional({ type: String, ...bounds, example }),
    Satisfies(addressError),
    Optional(),
  );
}

/** A filter by a time (RFC 3339). */
export function TimeFilter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time' }),
    Satisfies((value) => (value instanceof Date ? undefined : timeError(value))),
    Optional(),
    Coerce(parseTimeBound),
  );
}

/** A filter by one or more distinct values: the parameter is repeated, or has the values with commas between them. */
export function ChoiceFilter(values: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ ...enumSchema(values), isArray: true }),
    Optional(),
    Coerce((value) => split(value, ',')),
    Satisfies((value) => {
      if (!Array.isArray(value)) return `must have single values: ${listNotation}`;
      const error = value.map((one) => choiceError(one, values)).find(Boolean);
      return error ?? (new Set(value).size < value.length ? 'must not contain duplicates' : undefined);
    }),
  );
}

/**
 * A filter by one or more texts of 1 to `max` characters: the parameter is repeated.
 * @param options.most the most texts
 * @param options.separator a character that may stand between several texts, instead of the repetition
 */
export function TextsFilter(options: {
  max: number;
  most: number;
  pattern?: string;
  separator?: string;
  example: string;
}): PropertyDecorator {
  const { max, most, pattern = '\\S', separator = '\0', example } = options;
  const items = { type: 'string', minLength: 1, maxLength: max, pattern, example } as const;
  return applyDecorators(
    ApiPropertyOptional({ type: 'array', maxItems: most, items }),
    Optional(),
    Coerce((value) => split(value, separator)),
    Satisfies((value) => {
      if (!Array.isArray(value)) return `must have single values: ${listNotation}`;
      if (value.length > most) return `must have at most ${most} values`;
      const error = (text: unknown) => textError(text, max) ?? patternError(text as string, pattern);
      return value.map(error).find((message) => message !== undefined);
    }),
  );
}

/** A filter by entries of a map, each as `name[key]=value`. */
export function MapFilter(options: MapOptions): PropertyDecorator {
  const { max, keys, maxLength, example } = options;
  const additionalProperties = { type: 'string', maxLength } as const;
  return applyDecorators(
    ApiPropertyOptional({ type: 'object', maxProperties: max, additionalProperties, example }),
    Optional(),
    Satisfies((value) => mapError(value, max, keys, maxLength)),
    Coerce((value) => (value instanceof Map ? sortedObject(value as Map<string, unknown>) : undefined)),
  );
}

/** Returns the texts of a parameter; undefined if it has others. */
function split(value: unknown, separator: string): string[] | undefined {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const isText = (one: unknown) => typeof one === 'string';
  return values.every(isText) ? values.flatMap((text) => text.split(separator)) : undefined;
}

/** A filter by one of several values. */
export function OptionalChoice(values: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional(enumSchema(values)),
    Satisfies((value) => choiceError(value, values)),
    Optional(),
  );
}

/** One of several values; the property's initial value is the default, if it has one. */
export function Choice(values: readonly string[], schema: { default?: string; example?: string }) {
  const describe = schema.default === undefined ? ApiProperty : ApiPropertyOptional;
  return applyDecorators(
    describe({ ...enumSchema(values), ...schema }),
    Satisfies((value) => choiceError(value, values)),
  );
}

/** The number of items of a page: a number written without sign, point, exponent or leading zeros. */
export function LimitParameter(options: { max: number; default: number }): PropertyDecorator {
  const { max, default: initial } = options;
  const description = `The number of items of the page, at most ${max.toLocaleString('en')}.`;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: max, default: initial, description }),
    Coerce(parseInteger),
    IsInt({ message: `must be a whole number from 1 to ${max}` }),
    Max(max, { message: `must be at most ${max}` }),
  );
}

/** The cursor of a list. */
export function CursorParameter(): PropertyDecorator {
  const description = 'The next_cursor of the previous page. Omit it for the first page.';
  return applyDecorators(
    ApiPropertyOptional({ type: String, description }),
    Optional(),
    IsString({ message: 'must be a single value' }),
  );
}
