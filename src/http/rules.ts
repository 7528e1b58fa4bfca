import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, ValidateBy } from 'class-validator';

/** Why a value is not a text of 1 to `max` code points that PostgreSQL can keep; undefined where it is one. */
export function faultOfText(value: unknown, max: number): string | undefined {
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
    ApiProperty({ type: String, minLength: 1, maxLength: max, pattern: '\\S', example }),
    ValidateBy({
      name: 'isText',
      validator: {
        validate: (value) => faultOfText(value, max) === undefined,
        defaultMessage: (input) => faultOfText(input?.value, max) ?? '',
      },
    }),
  );
}

/** An e-mail address of at most 254 characters (RFC 5321, section 4.5.3.1.3), kept as it stands. */
export function IsAddress(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'email', maxLength: 254, example: 'ada@example.com' }),
    IsEmail({}, { message: 'must be an e-mail address' }),
    IsText(254, 'ada@example.com'),
  );
}
