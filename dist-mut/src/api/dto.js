import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { getMetadataArgsStorage } from 'typeorm';
const FIELDS = Symbol('The entity and the fields of a DTO');
/** Creates a DTO class for responses with these fields of an entity, in this order on the wire and in /docs. */
export function ReadDto(entity, fields) {
    const dto = withFields(PickType(entity, fields), entity, fields);
    for (const field of fields)
        describeResponse(dto.prototype, field, entity);
    return dto;
}
/**
 * Creates a DTO class for bodies. Each field keeps the rule that the entity declares for it.
 * @param fields.optional fields that may be left out
 */
export function WriteDto(entity, fields) {
    const { required, optional = [] } = fields;
    // Null is a value: it is checked, and rejected by a field that is not nullable.
    const partial = PartialType(PickType(entity, optional), { skipNullProperties: false });
    const dto = IntersectionType(PickType(entity, required), partial);
    return withFields(dto, entity, [...required, ...optional]);
}
/** Lists the columns of a DTO, such as `t.id, t.theme`. */
export function columns(dto, table) {
    return columnsOf(dto)
        .map(({ name }) => (table === undefined ? name : `${table}.${name}`))
        .join(', ');
}
/** Lists the columns of a DTO with their types, for json_to_record: `theme text, text text`. */
export function typedColumns(dto) {
    return columnsOf(dto)
        .map(({ name, type }) => `${name} ${type}`)
        .join(', ');
}
/** Returns the names of the columns of a DTO. */
export function columnNames(dto) {
    return columnsOf(dto).map(({ name }) => name);
}
/** Returns the columns of a DTO in `table`, with the default of its column in place of null: `coalesce(item.priority, 'normal')`. */
export function columnsOrDefaults(dto, table) {
    return columnsOf(dto).map(({ name, type, initial }) => {
        if (initial === undefined || typeof initial === 'function')
            return `${table}.${name}`;
        const value = typeof initial === 'string' ? initial : JSON.stringify(initial);
        const given = `coalesce(${table}.${name}, '${value}'::${type})`;
        // A key of a map that is null is absent.
        return type === 'jsonb' ? `jsonb_strip_nulls(${given})` : given;
    });
}
/** Lists the columns of a DTO for a row that becomes JSON in PostgreSQL: times in RFC 3339, UTC, with milliseconds. */
export function jsonColumns(dto) {
    return columnsOf(dto)
        .map(({ name, type }) => type === 'timestamptz'
        ? `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name}`
        : name)
        .join(', ');
}
function withFields(dto, entity, names) {
    Reflect.defineMetadata(FIELDS, { entity, names }, dto);
    // Swagger shows the properties of a class in the order of this list.
    const properties = names.map((name) => `:${name}`);
    Reflect.defineMetadata('swagger/apiModelPropertiesArray', properties, dto.prototype);
    return dto;
}
/**
 * Removes from the schema of a field what does not apply to responses: the format `email`, because JSON Schema defines it more narrowly
 * than the service does, and null where it stands for the default.
 */
function describeResponse(prototype, field, entity) {
    const key = 'swagger/apiModelProperties';
    const schema = { ...Reflect.getMetadata(key, prototype, field) };
    if (schema['format'] === 'email')
        delete schema['format'];
    if (!columnOf(entity, field)?.nullable)
        delete schema['nullable'];
    Reflect.defineMetadata(key, schema, prototype, field);
}
function columnOf(entity, field) {
    const columns = getMetadataArgsStorage().columns;
    return columns.find(({ target, propertyName }) => target === entity && propertyName === field)?.options;
}
function columnsOf(dto) {
    const fields = Reflect.getMetadata(FIELDS, dto);
    if (!fields)
        throw new Error(`${dto.name} is neither a ReadDto nor a WriteDto`);
    return fields.names.map((name) => {
        const column = columnOf(fields.entity, name) ?? {};
        const type = (column.enumName ?? String(column.type)) + (column.array ? '[]' : '');
        return { name, type, initial: column.default };
    });
}
//# sourceMappingURL=dto.js.map