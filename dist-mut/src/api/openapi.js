/**
 * Turns a document of OpenAPI 3.0, as Nest creates it, into one of 3.1, which can describe webhooks. The two differ in how a schema
 * allows null.
 */
export function toOpenApi31(document, webhooks) {
    return { ...convert(document), openapi: '3.1.0', webhooks: webhooks ?? {} };
}
function convert(part) {
    if (Array.isArray(part))
        return part.map(convert);
    if (typeof part !== 'object' || part === null)
        return part;
    const converted = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, convert(value)]));
    // A map in a query is written `metadata[key]=value`.
    if (isMapParameter(converted))
        return { ...converted, style: 'deepObject', explode: true };
    return converted['nullable'] === true ? nullable(converted) : converted;
}
function isMapParameter({ in: place, schema }) {
    return place === 'query' && schema['type'] === 'object';
}
function nullable({ type, enum: values, allOf, ...rest }) {
    delete rest['nullable'];
    // A reference to a schema.
    if (Array.isArray(allOf))
        return { ...rest, anyOf: [...allOf, { type: 'null' }] };
    const choices = Array.isArray(values) && !values.includes(null) ? [...values, null] : values;
    return { ...rest, type: [type, 'null'], ...(choices !== undefined && { enum: choices }) };
}
/** Names an operation by its method, and by its resource unless the method does: `create` of TicketsController is createTicket. */
export function operationId(controller, method) {
    if (/[A-Z]/.test(method))
        return method;
    const resource = controller.replace(/s?Controller$/, '');
    return `${method === 'find' ? 'get' : method}${resource}${method === 'list' ? 's' : ''}`;
}
//# sourceMappingURL=openapi.js.map