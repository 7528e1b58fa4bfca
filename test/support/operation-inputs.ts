import fc from 'fast-check';

import { bodyKinds, type BodyKind, type Fields } from './api.js';
import { invalid, valid } from './arbitraries.js';
import type { OpenApi, Operation, Schema } from './openapi.js';

/** The ids that requests name. */
interface Ids {
  tickets: number[];
  /** Ids without a ticket. */
  others: number[];
}

/** Generates requests from the schemas of the OpenAPI document. */
export class OperationInputs {
  constructor(
    private readonly openapi: OpenApi,
    private readonly ids: Ids,
  ) {}

  /** Paths and queries from valid values; those of the parameter `invalidName` are invalid. */
  urlOf(operation: Operation, invalidName?: string): fc.Arbitrary<string> {
    const inUrl = operation.parameters.filter(
      ({ in: place, name, schema }) =>
        // `unassigned` excludes `assignee`.
        place !== 'header' && name !== 'cursor' && name !== 'unassigned' && !this.isMap(schema),
    );
    const values = inUrl.map(({ name, schema: declared }) => {
      const schema = this.openapi.resolve(declared);
      if (name === invalidName) return invalid(schema).filter((value) => value !== '');
      return this.chosen(name) ?? valid(schema);
    });
    return fc
      .tuple(fc.tuple(...values), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }))
      .map(([all, wanted]) => {
        const query = new URLSearchParams();
        let { path } = operation;
        inUrl.forEach((parameter, n) => {
          const value = all[n] ?? '';
          if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
          else if (wanted[n] || parameter.name === invalidName) query.set(parameter.name, value);
        });
        return query.size > 0 ? `${path}?${query.toString()}` : path;
      });
  }

  /** Media types of the body: those of webhooks and erasures are JSON. */
  kindsOf({ path }: Operation): fc.Arbitrary<BodyKind> {
    return fc.constantFrom<BodyKind>(
      ...(/^\/(webhook|erasure)/.test(path) ? (['JSON'] as const) : bodyKinds),
    );
  }

  /** Fields of a body from valid values; those of the field `invalidName` are invalid. */
  fieldsOf(body: Schema | undefined, invalidName?: string): fc.Arbitrary<Fields> {
    const fields = Object.entries(body?.properties ?? {}).filter(
      ([name, schema]) =>
        // No comment is there to attach a file to, and `enabled` is no text.
        name === invalidName || !(/^(comment_id|enabled)$/.test(name) || this.isMap(schema)),
    );
    const isErasure = body?.properties?.['mode'] !== undefined;
    return fc.record(
      Object.fromEntries(
        fields.map(([name, declared]): [string, fc.Arbitrary<string | string[]>] => {
          const schema = this.openapi.resolve(declared);
          // An empty field of a form stands for null, or for an empty list.
          const mayBeEmpty = schema.items ?? [schema.type].flat().includes('null');
          if (name === invalidName)
            return [name, invalid(schema).filter((value) => value !== '' || !mayBeEmpty)];
          // No ticket has this address, and no event has this type, so nothing is erased or sent.
          if (name === 'email' && isErasure) return [name, fc.constant('nobody@example.com')];
          if (name === 'types') return [name, fc.constant(['ticket.imported'])];
          return [name, this.chosen(name) ?? valid(schema)];
        }),
      ),
    );
  }

  /** Valid values that mean something, for some names. */
  private chosen(name: string): fc.Arbitrary<string> | undefined {
    const { tickets, others } = this.ids;
    if (name === 'ticket_id') return fc.constantFrom(...[...tickets, ...others].map(String));
    if (name === 'follows') return fc.constantFrom(...tickets.map(String));
    if (/^(webhook|erasure)_id$/.test(name)) return fc.integer({ min: 1, max: 50 }).map(String);
    return name === 'url' ? fc.constant('http://127.0.0.1:9/') : undefined;
  }

  /** Maps such as `metadata` are tested on their own. */
  private isMap(schema: Schema): boolean {
    return [this.openapi.resolve(schema).type].flat().includes('object');
  }
}
