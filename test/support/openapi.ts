import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import type { Api } from './api.js';

/** The part of an OpenAPI 3.1 document that the tests read. */
export interface Schema {
  type?: string | string[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  contentSchema?: Schema;
}
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}
interface Header {
  schema: Schema;
}
interface Response {
  headers?: Record<string, Header>;
  content?: Record<string, { schema: Schema }>;
}
export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Response>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The OpenAPI document of the service; checks responses against it. */
export class OpenApi {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<Schema, ValidateFunction>();

  private constructor(private readonly document: Document) {
    addFormats.default(this.ajv);
    // References to components resolve within the document.
    this.ajv.addSchema(closed(document) as AnySchema, 'document');
  }

  /** Reads the document of a running service. */
  static async of(api: Api): Promise<OpenApi> {
    return new OpenApi((await api.send<Document>('GET', '/docs-json')).body);
  }

  /** All operations of the document. */
  get operations(): Operation[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
    );
  }

  /** The operation of a path that has only one. */
  readonly find = (path: string): Operation | undefined =>
    this.operations.find((operation) => operation.path === path);

  /** The schema of the body of an operation; undefined without a body. */
  bodyOf({ requestBody }: Operation): Schema | undefined {
    const [content] = Object.values(requestBody?.content ?? {});
    return content && this.resolve(content.schema);
  }

  /** Follows references to the schema itself. */
  resolve(schema: Schema): Schema {
    const [part] = schema.allOf ?? schema.anyOf ?? [];
    if (schema.items) return { ...schema, items: this.resolve(schema.items) };
    if (part) return this.resolve(part);
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : this.resolve(this.document.components.schemas[name] ?? {});
  }

  /** Differences between a response and the document; empty for a conforming one. */
  violations(
    { responses }: Operation,
    actual: { status: number; headers: Headers; body: unknown },
  ): string[] {
    const response = responses[String(actual.status)];
    if (!response) return [`status ${actual.status} is not documented`];
    const [type] = (actual.headers.get('content-type') ?? '').split(';');
    const documented = response.content?.[type ?? ''];
    if (response.content && !documented) return [`content type ${type ?? ''} is not documented`];
    const errors = documented ? this.schemaErrors(documented.schema, actual.body) : [];
    for (const [name, { schema }] of Object.entries(response.headers ?? {})) {
      const value = actual.headers.get(name);
      const typed = schema.type === 'integer' ? Number(value) : value;
      if (value !== null)
        errors.push(...this.schemaErrors(schema, typed).map((error) => `${name}: ${error}`));
    }
    return errors;
  }

  private schemaErrors(schema: Schema, value: unknown): string[] {
    let validate = this.validators.get(schema);
    if (!validate) {
      validate = this.ajv.compile(closed(rooted(schema)) as AnySchema);
      this.validators.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''}`);
  }
}

/** Rewrites the references of a sub-schema to resolve against the whole document. */
function rooted(schema: Schema): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'));
}

/** Forbids properties that a schema does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isClosed = schema['type'] === 'object' && schema['properties'] && !('additionalProperties' in schema);
  return isClosed ? { ...schema, additionalProperties: false } : schema;
}
