import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Check, Column, PrimaryColumn, PrimaryGeneratedColumn, type ColumnOptions } from 'typeorm';

import { choiceError, emailError, idError, mapError, maxEmailLength, parseInteger } from './field-rules.js';
import { Satisfies, setError, storedTimeError, textError, type Rule } from './field-rules.js';

/** Everything that one decorator declares. */
interface Field {
  column: PropertyDecorator;
  /** The check constraint of the table, as SQL on the column. Its name is `<table>_<column>_bounds`. */
  check?: (column: string) => string;
  /** The rule for values that a client sends; absent for a field that only the service writes. */
  rule?: Rule;
  /** Converts a value that a client sends. The rule rejects a value that cannot be converted. */
  coerce?: (value: unknown) => unknown;
  /** The schema in /docs. The docstring of the property is its description. */
  schema: ApiPropertyOptions;
}

/** Declares a field that one module alone has. The decorators below declare the common kinds of fields. */
export function declareField({ column, check, rule, coerce, schema }: Field): PropertyDecorator {
  return (target, key) => {
    const name = String(key);
    column(target, key);
    if (check) Check(`${target.constructor.name.toLowerCase()}_${name}_bounds`, check(name))(target, key);
    if (rule) Satisfies(rule)(target, key);
    // `value` would be a copy without keys such as `constructor`.
    if (coerce) Transform(({ obj }: { obj: Record<string, unknown> }) => coerce(obj[name]))(target, key);
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

/** The names of the schemas of values that several endpoints use. */
const schemaNames = new WeakMap<readonly string[], string>();

/** Names the schema of some values, so that it stands once in /docs; returns the values. */
export function namedValues<const Values extends readonly string[]>(name: string, values: Values): Values {
  schemaNames.set(values, name);
  return values;
}

/** Returns the schema of one of several values: a reference if they have a name. */
export function enumSchema(values: readonly string[]): { enum: string[]; enumName?: string } {
  const enumName = schemaNames.get(values);
  return { enum: [...values], ...(enumName !== undefined && { enumName }) };
}

/**
 * One of several values, stored as a PostgreSQL enum.
 * @param options.resettable whether null stands for the default
 */
export function ChoiceField<Value extends string>(options: {
  values: readonly Value[];
  enumName: string;
  default: Value;
  resettable?: boolean;
}): PropertyDecorator {
  const { values, enumName, default: defaultValue, resettable = false } = options;
  return declareField({
    column: Column('enum', { enum: values, enumName, default: defaultValue }),
    rule: (value) => (resettable && value === null ? undefined : choiceError(value, values)),
    schema: { ...enumSchema(values), example: defaultValue, ...(resettable && { nullable: true }) },
  });
}

/** A set of texts, kept sorted. Null stands for the empty set. */
export function SetField(options: { max: number; pattern: string; example: string[] }): PropertyDecorator {
  const { max, pattern, example } = options;
  return declareField({
    column: Column('text', { array: true, default: '{}' }),
    check: (column) => `cardinality(${column}) <= ${max}`,
    rule: (value) => (value === null ? undefined : setError(value, max, pattern)),
    // The values are ASCII, so JavaScript and PostgreSQL (with the collation "C") sort them alike.
    coerce: (value) => {
      const values: unknown = typeof value === 'string' ? [value] : value;
      return Array.isArray(values) ? [...new Set<unknown>(values)].sort() : values;
    },
    schema: { type: [String], nullable: true, maxItems: max, items: { type: 'string', pattern }, example },
  });
}

/** Makes an object of a Map of a request. */
export function sortedObject(map: Map<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...map].sort());
}

/** The bounds of a map: its most keys, their pattern, and the length of its texts. */
export interface MapOptions {
  max: number;
  keys: string;
  maxLength: number;
  example: Record<string, string>;
}

/** A map from keys to texts. Null stands for the empty map. */
export function MapField(options: MapOptions): PropertyDecorator {
  const { max, keys, maxLength, example } = options;
  return declareField({
    column: Column('jsonb', { default: {} }),
    check: (column) => `jsonb_typeof(${column}) = 'object'`,
    rule: (value) => (value === null ? undefined : mapError(value, max, keys, maxLength)),
    // A body has a Map. Its keys are sorted so that equal maps have equal texts.
    coerce: (value) => (value instanceof Map ? sortedObject(value as Map<string, unknown>) : value),
    schema: {
      ...{ type: 'object', nullable: true, maxProperties: max, example },
      additionalProperties: { type: 'string', maxLength, nullable: true },
    },
  });
}

/** The options of an id column. */
interface IdOptions {
  example: number | null;
  /** True for a primary key column. */
  primary?: boolean;
  /** True if PostgreSQL generates the id. */
  generated?: boolean;
  /** The name of the primary key constraint, if it is not the default one. */
  constraint?: string;
  /** True if null is allowed. */
  nullable?: boolean;
}

/** The id of a row: a positive 64-bit integer. */
export function IdField(options: IdOptions): PropertyDecorator {
  const { example, primary, generated, constraint, nullable = false } = options;
  const named = constraint === undefined ? {} : { primaryKeyConstraintName: constraint };
  const key = generated
    ? PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', ...named })
    : PrimaryColumn('bigint', named);
  return declareField({
    column: primary ? key : Column('bigint', { nullable }),
    rule: (value) => (nullable && value === null ? undefined : idError(value)),
    coerce: (value) => parseInteger(value) ?? value,
    schema: { type: 'integer', format: 'int64', minimum: 1, ...(nullable && { nullable }), example },
  });
}

/** A count that the service keeps. */
export function CountField(options: { default?: number; example: number }): PropertyDecorator {
  return declareField({
    column: Column('integer', { default: options.default }),
    schema: { type: 'integer', minimum: 0, example: options.example },
  });
}

/**
 * A time: RFC 3339 in UTC with milliseconds.
 * @param options.default the default, as SQL
 * @param options.nullable whether null is allowed
 */
export function TimeField(options: { default?: string; nullable?: boolean } = {}): PropertyDecorator {
  const { default: defaultValue, nullable = false } = options;
  const column: ColumnOptions = { type: 'timestamptz', precision: 3, nullable };
  return declareField({
    column: Column(defaultValue === undefined ? column : { ...column, default: () => defaultValue }),
    rule: (value) => (nullable && value === null ? undefined : storedTimeError(value)),
    coerce: (value) =>
      storedTimeError(value) === undefined ? new Date(value as string).toISOString() : value,
    schema: { ...timeSchema, ...(nullable && { nullable }) },
  });
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
