import type { Type } from '@nestjs/common';
import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { getMetadataArgsStorage, type ColumnOptions } from 'typeorm';

const FIELDS = Symbol('The entity and the fields of a DTO');

/** The entity that a DTO shows, and the fields it shows of it. */
interface FieldList {
  entity: Type;
  names: readonly string[];
}

/** Creates a DTO class for responses with these fields of an entity, in this order on the wire and in /docs. */
export function ReadDto<Entity, Field extends keyof Entity & string>(
  entity: Type<Entity>,
  fields: readonly Field[],
): Type<Pick<Entity, Field>> {
  const dto = withFields(PickType(entity, fields), entity, fields);
  for (const field of fields) describeResponse(dto.prototype as object, field, entity);
  return dto;
}

/**
 * Creates a DTO class for bodies. Each field keeps the rule that the entity declares for it.
 * @param fields.optional fields that may be left out
 */
export function WriteDto<
  Entity,
  Required extends keyof Entity & string,
  Optional extends keyof Entity & string = never,
>(
  entity: Type<Entity>,
  fields: { required: readonly Required[]; optional?: readonly Optional[] },
): Type<Pick<Entity, Required> & Partial<Pick<Entity, Optional>>> {
  const { required, optional = [] } = fields;
  // Null is a value: it is checked, and rejected by a field that is not nullable.
  const partial = PartialType(PickType(entity, optional), { skipNullProperties: false });
  const dto: Type = IntersectionType(PickType(entity, required), partial);
  return withFields(dto, entity, [...required, ...optional]) as Type<
    Pick<Entity, Required> & Partial<Pick<Entity, Optional>>
  >;
}

/** Lists the columns of a DTO, such as `t.id, t.theme`. */
export function columns(dto: Type, table?: string): string {
  return columnsOf(dto)
    .map(({ name }) => (table === undefined ? name : `${table}.${name}`))
    .join(', ');
}

/** Lists the columns of a DTO with their types, for json_to_record: `theme text, text text`. */
export function typedColumns(dto: Type): string {
  return columnsOf(dto)
    .map(({ name, type }) => `${name} ${type}`)
    .join(', ');
}

/** Returns the names of the columns of a DTO. */
export function columnNames(dto: Type): string[] {
  return columnsOf(dto).map(({ name }) => name);
}

/** Returns the columns of a DTO in `table`, with the default of its column in place of null: `coalesce(item.priority, 'normal')`. */
export function columnsOrDefaults(dto: Type, table: string): string[] {
  return columnsOf(dto).map(({ name, type, initial }) => {
    if (initial === undefined || typeof initial === 'function') return `${table}.${name}`;
    const value = typeof initial === 'string' ? initial : JSON.stringify(initial);
    const given = `coalesce(${table}.${name}, '${value}'::${type})`;
    // A key of a map that is null is absent.
    return type === 'jsonb' ? `jsonb_strip_nulls(${given})` : given;
  });
}

/** Lists the columns of a DTO for a row that becomes JSON in PostgreSQL: times in RFC 3339, UTC, with milliseconds. */
export function jsonColumns(dto: Type): string {
  return columnsOf(dto)
    .map(({ name, type }) =>
      type === 'timestamptz'
        ? `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name}`
        : name,
    )
    .join(', ');
}

function withFields<Dto>(dto: Type<Dto>, entity: Type, names: readonly string[]): Type<Dto> {
  Reflect.defineMetadata(FIELDS, { entity, names } satisfies FieldList, dto);
  // Swagger shows the properties of a class in the order of this list.
  const properties = names.map((name) => `:${name}`);
  Reflect.defineMetadata('swagger/apiModelPropertiesArray', properties, dto.prototype as object);
  return dto;
}

/**
 * Removes from the schema of a field what does not apply to responses: the format `email`, because JSON Schema defines it more narrowly
 * than the service does, and null where it stands for the default.
 */
function describeResponse(prototype: object, field: string, entity: Type): void {
  const key = 'swagger/apiModelProperties';
  const schema = { ...(Reflect.getMetadata(key, prototype, field) as Record<string, unknown>) };
  if (schema['format'] === 'email') delete schema['format'];
  if (!columnOf(entity, field)?.nullable) delete schema['nullable'];
  Reflect.defineMetadata(key, schema, prototype, field);
}

function columnOf(entity: Type, field: string) {
  const columns = getMetadataArgsStorage().columns;
  return columns.find(({ target, propertyName }) => target === entity && propertyName === field)?.options;
}

interface DtoColumn {
  name: string;
  type: string;
  initial: unknown;
}

/** The columns of each DTO, because some statements are made for each request. */
const columnsByDto = new WeakMap<Type, DtoColumn[]>();

function columnsOf(dto: Type): DtoColumn[] {
  const known = columnsByDto.get(dto);
  if (known) return known;
  const fields = Reflect.getMetadata(FIELDS, dto) as FieldList | undefined;
  if (!fields) throw new Error(`${dto.name} is neither a ReadDto nor a WriteDto`);
  const columns = fields.names.map((name) => {
    const column: ColumnOptions = columnOf(fields.entity, name) ?? {};
    const type = (column.enumName ?? String(column.type)) + (column.array ? '[]' : '');
    return { name, type, initial: column.default as unknown };
  });
  columnsByDto.set(dto, columns);
  return columns;
}
