import type { Type } from '@nestjs/common';
import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { getMetadataArgsStorage } from 'typeorm';

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
  for (const field of fields) omitFormat(dto.prototype as object, field);
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

/** Removes the format `email` from /docs, because JSON Schema defines it more narrowly than the service does. */
function omitFormat(prototype: object, field: string): void {
  const key = 'swagger/apiModelProperties';
  const { format, ...schema } = Reflect.getMetadata(key, prototype, field) as { format?: string };
  if (format === 'email') Reflect.defineMetadata(key, schema, prototype, field);
}

function columnsOf(dto: Type): { name: string; type: string }[] {
  const fields = Reflect.getMetadata(FIELDS, dto) as FieldList | undefined;
  if (!fields) throw new Error(`${dto.name} is neither a ReadDto nor a WriteDto`);
  const columns = getMetadataArgsStorage().columns.filter(({ target }) => target === fields.entity);
  return fields.names.map((name) => {
    const { type, enumName } = columns.find(({ propertyName }) => propertyName === name)?.options ?? {};
    return { name, type: enumName ?? String(type) };
  });
}
