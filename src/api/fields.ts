import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  isEmail,
  IsIn,
  IsInt,
  isRFC3339,
  Max,
  ValidateBy,
  ValidateIf,
} from 'class-validator';

/** Why a value is not a text of 1 to `max` code points that PostgreSQL can keep; undefined where it is one. */
export function textError(value: unknown, max: number): string | undefined {
  if (value === undefined) return 'is required';
  if (typeof value !== 'string') return 'must be a string';
  if (value.trim() === '') return 'must not be blank';
  if (value.includes('\0')) return 'must not contain NUL';
  if (!value.isWellFormed()) return 'must not contain lone surrogates';
  // Characters are code points, as PostgreSQL counts them; never more than the UTF-16 units of .length.
  if (value.length > max && Array.from(value).length > max) return `must have at most ${max} characters`;
  return undefined;
}

/** A text of 1 to `max` code points, not blank, kept as it stands. */
export function IsText(max: number, example: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty(textSchema(max, example)),
    Satisfies((value) => textError(value, max)),
  );
}

/** The same where it may be left out. */
export function IsOptionalText(max: number, example: string): PropertyDecorator {
  const rule = Satisfies((value) => textError(value, max));
  return applyDecorators(ApiPropertyOptional(textSchema(max, example)), rule, Optional());
}

/** An e-mail address of at most 254 characters (RFC 5321, section 4.5.3.1.3), kept as it stands. */
export function IsEmailAddress(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'email', maxLength: 254, example: 'ada@example.com' }),
    Satisfies((value) => textError(value, 254) ?? (isEmail(value) ? undefined : 'must be an e-mail address')),
  );
}

/** Why a value is not a time as RFC 3339 writes it, in the years that both JavaScript and PostgreSQL know. */
function timeError(value: unknown): string | undefined {
  const fault = 'must be a time such as 2026-11-23T07:15:42.505Z';
  if (typeof value !== 'string' || !/^[1-9]\d{3}-/.test(value) || !isRFC3339(value)) return fault;
  // Dates such as 30 February would roll over into the next month.
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  const isOnCalendar = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  return isOnCalendar && !Number.isNaN(Date.parse(value)) ? undefined : fault;
}

/** A time (RFC 3339) that may be left out. */
export function IsOptionalTime(): PropertyDecorator {
  const schema = { type: String, format: 'date-time' };
  return applyDecorators(ApiPropertyOptional(schema), Satisfies(timeError), Optional());
}

/**
 * The id of a ticket: a positive integer in its one canonical form. One that JavaScript cannot hold exactly is no
 * ticket's, and comes out as some number beyond.
 * @returns undefined where it is not one, e.g. 0, 07, 1e3 or +7
 */
export function parseId(id: unknown): number | undefined {
  return typeof id === 'string' && /^[1-9]\d*$/.test(id) ? Number(id) : undefined;
}

/** An id, written canonically. */
export function IsId(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => parseId(value) ?? value),
    IsInt({ message: 'must be a positive integer, written without sign or leading zeros' }),
  );
}

/** One of these values or several, each once: a parameter that is repeated for several, and may be left out. */
export function IsOptionalChoice(values: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: values, isArray: true }),
    Optional(),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    // Of the rules here the first that is broken is the one that is reported.
    IsIn(values, { each: true, message: `must be one of ${values.join(', ')}` }),
    ArrayMaxSize(values.length, { message: 'must not name a value twice' }),
    ArrayUnique({ message: 'must not name a value twice' }),
  );
}

/** How many items a page may have; a number written without sign, point, exponent or leading zeros. */
export function IsLimit(max: number, usual: number): PropertyDecorator {
  const message = `must be a whole number from 1 to ${max}`;
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: max, default: usual }),
    Transform(({ value }: { value: unknown }) => parseId(value) ?? value),
    IsInt({ message }),
    Max(max, { message: `must be at most ${max}` }),
  );
}

/** A time that is shown: RFC 3339, UTC, milliseconds. */
export function ShowsTime(): PropertyDecorator {
  return ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T07:15:42.505Z' });
}

/** A field that may be left out; null is a value, and held to the rules. */
function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** A class-validator rule from a function that says what is wrong with a value, or nothing. */
function Satisfies(faultOf: (value: unknown) => string | undefined): PropertyDecorator {
  return ValidateBy({
    name: 'hasNoFault',
    validator: {
      validate: (value) => faultOf(value) === undefined,
      defaultMessage: (input) => faultOf(input?.value) ?? '',
    },
  });
}

function textSchema(max: number, example: string) {
  return { type: String, minLength: 1, maxLength: max, pattern: '\\S', example };
}
