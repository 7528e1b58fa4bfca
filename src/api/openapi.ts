import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema of OpenAPI 3.0, or any other part of a document. */
type Part = Record<string, unknown>;

/**
 * Turns a document of OpenAPI 3.0, as Nest creates it, into one of 3.1, which can describe webhooks. The two differ in how a schema
 * allows null.
 */
export function toOpenApi31(document: OpenAPIObject, webhooks: OpenAPIObject['webhooks']): OpenAPIObject {
  return { ...(convert(document) as OpenAPIObject), openapi: '3.1.0', webhooks: webhooks ?? {} };
}

function convert(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(convert);
  if (typeof part !== 'object' || part === null) return part;
  const converted = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, convert(value)]));
  // A map in a query is written `metadata[key]=value`.
  if (isMapParameter(converted)) return { ...converted, style: 'deepObject', explode: true };
  return converted['nullable'] === true ? nullable(converted) : converted;
}

function isMapParameter({ in: place, schema }: Part): boolean {
  return place === 'query' && (schema as Part)['type'] === 'object';
}

function nullable({ type, enum: values, allOf, ...rest }: Part): Part {
  delete rest['nullable'];
  // A reference to a schema.
  if (Array.isArray(allOf)) return { ...rest, anyOf: [...(allOf as unknown[]), { type: 'null' }] };
  const choices = Array.isArray(values) && !values.includes(null) ? [...(values as unknown[]), null] : values;
  return { ...rest, type: [type, 'null'], ...(choices !== undefined && { enum: choices }) };
}

/** Names an operation by its method, and by its resource unless the method does: `create` of TicketsController is createTicket. */
export function operationId(controller: string, method: string): string {
  if (/[A-Z]/.test(method)) return method;
  const resource = controller.replace(/s?Controller$/, '');
  const isPlural = method === 'list' || method === 'count';
  return `${method === 'find' ? 'get' : method}${resource}${isPlural ? 's' : ''}`;
}
