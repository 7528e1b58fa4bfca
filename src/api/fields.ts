import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Check, Column, PrimaryColumn, PrimaryGeneratedColumn, type ColumnOptions } from 'typeorm';

import { choiceError, emailError, maxEmailLength, Satisfies, textError, type Rule } from './field-rules.js';

/** Everything that one decorator declares. */
interface Field {
  column: PropertyDecorator;
  /** The check constraint of the table, as SQL on the column. Its name is `<table>_<column>_bounds`. */
  check?: (column: string) => string;
  /** The rule for values that a client sends; absent for a field that only the service writes. */
  rule?: Rule;
  /** The schema in /docs. The docstring of the property is its description. */
  schema: ApiPropertyOptions;
}

function declareField({ column, check, rule, schema }: Field): PropertyDecorator {
  return (target, key) => {
    const name = String(key);
    column(target, key);
    if (check) Check(`${target.constructor.name.toLowerCase()}_${name}_bounds`, check(name))(target, key);
    if (rule) Satisfies(rule)(target, key);
    ApiProperty(schema)(target, key);
  };
}

/**
 * A text of 1 to `max` characters (Unicode code points) that is not blank. It is stored byte for byte.
 * @param options.nullable whether null is allowed
 */
export function TextField(options: { max: number; example: string; nullable?: boolean }): PropertyDecorator {
  const { max, example, nullable = false } = options;
  const bounds = { minLength: 1, maxLength: max, pattern: '\\S' };
  return declareField({
    column: Column('text', { nullable }),
    check: (column) => `char_length(${column}) BETWEEN 1 AND ${max} AND btrim(${column}) <> ''`,
    rule: (value) => (nullable && value === null ? undefined : textError(value, max)),
    schema: { type: String, ...(nullable && { nullable }), ...bounds, example },
  });
}

/** An email address of at most 254 characters. It is stored byte for byte. */
export function EmailField({ example }: { example: string }): PropertyDecorator {
  return declareField({
    column: Column('text'),
    check: (column) => `char_length(${column}) BETWEEN 3 AND ${maxEmailLength}`,
    rule: emailError,
    schema: { type: String, format: 'email', maxLength: maxEmailLength, example },
  });
}

/** One of several values, stored as a PostgreSQL enum. */
export function ChoiceField<Value extends string>(options: {
  values: readonly Value[];
  enumName: string;
  default: Value;
}): PropertyDecorator {
  const { values, enumName, default: defaultValue } = options;
  return declareField({
    column: Column('enum', { enum: values, enumName, default: defaultValue }),
    rule: (value) => choiceError(value, values),
    schema: { enum: [...values], example: defaultValue },
  });
}

/** The options of an id column. */
interface IdOptions {
  example: number;
  /** True for a primary key column. */
  primary?: boolean;
  /** True if PostgreSQL generates the id. */
  generated?: boolean;
  /** The name of the primary key constraint, if it is not the default one. */
  constraint?: string;
}

/** The id of a row: a positive 64-bit integer. The service writes it. */
export function IdField({ example, primary, generated, constraint }: IdOptions): PropertyDecorator {
  const named = constraint === undefined ? {} : { primaryKeyConstraintName: constraint };
  const key = generated
    ? PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', ...named })
    : PrimaryColumn('bigint', named);
  return declareField({
    column: primary ? key : Column('bigint'),
    schema: { type: 'integer', format: 'int64', minimum: 1, example },
  });
}

/** A count that the service keeps. */
export function CountField(options: { default?: number; example: number }): PropertyDecorator {
  return declareField({
    column: Column('integer', { default: options.default }),
    schema: { type: 'integer', minimum: 0, example: options.example },
  });
}

/** A time that the service writes: RFC 3339 in UTC with milliseconds. */
export function TimeField({ default: defaultValue }: { default?: string } = {}): PropertyDecorator {
  const column = { type: 'timestamptz', precision: 3 } as const;
  return ServiceField(
    defaultValue === undefined ? column : { ...column, default: () => defaultValue },
    timeSchema,
  );
}

/** Any other field that the service writes. */
export function ServiceField(column: ColumnOptions, schema: ApiPropertyOptions): PropertyDecorator {
  return declareField({ column: Column(column), schema });
}

/** The schema of a time. */
export const timeSchema = {
  type: String,
  format: 'date-time',
  example: '2026-11-23T07:15:42.505Z',
} satisfies ApiPropertyOptions;
