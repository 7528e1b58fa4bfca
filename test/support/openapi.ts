import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

import type { Api } from './api.js';

/** The part of an OpenAPI 3.0 document that the tests read. */
export interface Schema {
  type?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
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

/** The service's own document, and what it promises of each call. */
export class OpenApi {
  private readonly ajv = new Ajv({ strict: false, allErrors: true });
  private readonly validators = new Map<Schema, ValidateFunction>();

  private constructor(private readonly document: Document) {
    addFormats.default(this.ajv);
    // The names of components resolve within the document.
    this.ajv.addSchema(strictly(nullable(document)) as AnySchema, 'document');
  }

  /** Reads the document of a running service. */
  static async of(api: Api): Promise<OpenApi> {
    return new OpenApi((await api.send<Document>('GET', '/docs-json')).body);
  }

  /** Every call of the document. */
  get operations(): Operation[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
    );
  }

  /** The schema that a reference leads to. */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : this.resolve(this.document.components.schemas[name] ?? {});
  }

  /** What in an answer the document does not promise; nothing where it keeps its word. */
  breaches({ responses }: Operation, answer: { status: number; headers: Headers; body: unknown }): string[] {
    const response = responses[String(answer.status)];
    if (!response) return [`status ${answer.status} is not documented`];
    const [type] = (answer.headers.get('content-type') ?? '').split(';');
    const promised = response.content?.[type ?? ''];
    if (response.content && !promised) return [`content type ${type ?? ''} is not documented`];
    const faults = promised ? this.faultsOf(promised.schema, answer.body) : [];
    for (const [name, { schema }] of Object.entries(response.headers ?? {})) {
      const value = answer.headers.get(name);
      const typed = schema.type === 'integer' ? Number(value) : value;
      if (value !== null) faults.push(...this.faultsOf(schema, typed).map((fault) => `${name}: ${fault}`));
    }
    return faults;
  }

  private faultsOf(schema: Schema, value: unknown): string[] {
    let validate = this.validators.get(schema);
    if (!validate) {
      validate = this.ajv.compile(strictly(nullable(rooted(schema))) as AnySchema);
      this.validators.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''}`);
  }
}

/** Makes references of a part of the document lead into the whole. */
function rooted(schema: Schema): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'));
}

/** OpenAPI 3.0 writes `nullable`, where JSON Schema has a type more. */
function nullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, nullable(part)] as const);
  const schema = Object.fromEntries(entries);
  const { nullable: isNullable, ...rest } = schema;
  return isNullable === true ? { anyOf: [{ type: 'null' }, rest] } : schema;
}

/** A body with a property that its schema does not name is a breach too. */
function strictly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictly);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, strictly(part)]));
  const isClosed = schema['type'] === 'object' && schema['properties'] && !('additionalProperties' in schema);
  return isClosed ? { ...schema, additionalProperties: false } : schema;
}
