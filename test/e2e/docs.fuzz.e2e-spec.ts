import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { Api, bodyKinds, encode, json, type BodyKind } from '../support/api.js';
import { headersOf, invalid, valid } from '../support/arbitraries.js';
import { OpenApi, type Operation, type Schema } from '../support/openapi.js';
import { Service } from '../support/service.js';

/** Requests for each operation and property; thousands in total. FUZZ_RUNS sets another number. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100);

const limitMs = 300_000;

let service: Service;
let api: Api;
let openapi: OpenApi;

/** One ticket in each status, as targets of the requests. */
const ids: Record<string, number> = {};

beforeAll(async () => {
  // The largest size of the schema.
  service = await Service.start({ environment: { ATTACHMENTS_MAX_BYTES: String(5 * 1024 ** 3) } });
  api = new Api(service.url);
  openapi = await OpenApi.of(api);
  for (const [status, transitions] of Object.entries({
    opened: [],
    answered: ['answered'],
    awaited: ['answered', 'awaited'],
    closed: ['closed'],
  })) {
    const { id } = (await api.createTicket()).body;
    for (const transition of transitions) await api.updateStatus(id, transition);
    ids[status] = id;
  }
});

afterAll(async () => {
  await service.stop();
  expect(service.output).not.toContain('"level":"error"');
});

/** Maps such as `metadata` are tested on their own. */
const isMap = (schema: Schema) => [openapi.resolve(schema).type].flat().includes('object');

/** Paths and queries from valid values; those of the parameter `invalidName` are invalid. */
function urlOf(operation: Operation, invalidName?: string): fc.Arbitrary<string> {
  const inUrl = operation.parameters.filter(
    ({ in: place, name, schema }) =>
      // `metadata` is a map, and `unassigned` excludes `assignee`.
      place !== 'header' && name !== 'cursor' && name !== 'unassigned' && !isMap(schema),
  );
  const values = inUrl.map(({ name, schema: declared }) => {
    const schema = openapi.resolve(declared);
    if (name === invalidName) return invalid(schema).filter((value) => value !== '');
    return /^(ticket_id|follows)$/.test(name)
      ? fc.constantFrom(...Object.values(ids).map(String), '999999')
      : valid(schema);
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

function bodyOf(operation: Operation): Schema | undefined {
  const [content] = Object.values(operation.requestBody?.content ?? {});
  return content && openapi.resolve(content.schema);
}

/** Fields (no comment is there to attach a file to) of a body from valid values; those of the field `invalidName` are invalid. */
function fieldsOf(body: Schema | undefined, invalidName?: string): fc.Arbitrary<Record<string, string>> {
  const fields = Object.entries(body?.properties ?? {}).filter(
    ([name, schema]) => name === invalidName || (name !== 'comment_id' && !isMap(schema)),
  );
  return fc.record(
    Object.fromEntries(
      fields.map(([name, declared]) => {
        const schema = openapi.resolve(declared);
        // An empty field of a form stands for null, or for an empty list.
        const mayBeEmpty = schema.items ?? [schema.type].flat().includes('null');
        if (name === invalidName)
          return [name, invalid(schema).filter((value) => value !== '' || !mayBeEmpty)];
        return [
          name,
          name === 'follows' ? fc.constantFrom(...Object.values(ids).map(String)) : valid(schema),
        ];
      }),
    ),
  );
}

async function send(operation: Operation, url: string, headers: Record<string, string>, body?: RequestInit) {
  const init = { ...body, headers: { ...(body?.headers as Record<string, string> | undefined), ...headers } };
  const response = await api.send<unknown>(operation.method.toUpperCase(), url, init);
  expect([url, response.status, openapi.violations(operation, response)]).toEqual([url, response.status, []]);
  return response;
}

const kinds = fc.constantFrom<BodyKind>(...bodyKinds);

/** All operations but import and export, which have lines; those of webhooks and erasures, which take no forms; and those that need a signed URL. */
const operations = () =>
  openapi.operations.filter(({ path }) => !/^\/(webhook|import|export|erasure)|\/file$/.test(path));

/** Operations with a request body. */
const writes = () => operations().filter(({ requestBody }) => requestBody);

/** Checks all operations concurrently. */
const withEach = (operations: Operation[], check: (operation: Operation) => Promise<void>) =>
  Promise.all(operations.map(check));

describe('Every documented operation', () => {
  it(
    'responds as documented to valid input',
    async () => {
      await withEach(operations(), async (operation) => {
        const body = bodyOf(operation);
        const inputs = [urlOf(operation), headersOf(operation), fieldsOf(body), kinds] as const;
        await fc.assert(
          fc.asyncProperty(...inputs, async (url, headers, fields, kind) => {
            const { status } = await send(
              operation,
              url,
              headers as Record<string, string>,
              body && encode(fields, kind),
            );
            // Errors here depend on the ticket or on headers.
            const isMalformed = headers['If-Match'] === 'x' || headers['If-Match'] === ',';
            if (isMalformed) expect(status).toBe(400);
            else expect([200, 201, 304, 404, 409, 410, 412]).toContain(status);
          }),
          { numRuns: runs },
        );
      });
    },
    limitMs,
  );

  it(
    'rejects each invalid parameter and field, and names it',
    async () => {
      await withEach(operations(), async (operation) => {
        const body = bodyOf(operation);
        const parameters = operation.parameters
          .filter((parameter) => parameter.in !== 'header')
          .map(({ name }) => name);
        for (const invalidName of [...parameters, ...Object.keys(body?.properties ?? {})]) {
          if (/^(cursor|unassigned|metadata)$/.test(invalidName)) continue;
          const inputs = [urlOf(operation, invalidName), fieldsOf(body, invalidName), kinds] as const;
          await fc.assert(
            fc.asyncProperty(...inputs, async (url, fields, kind) => {
              const { status, problem } = await send(operation, url, {}, body && encode(fields, kind));
              expect(status).toBe(400);
              expect(problem.errors?.map(({ field }) => field)).toContain(invalidName);
            }),
            { numRuns: runs / 4 },
          );
        }
      });
    },
    limitMs,
  );

  it(
    'responds as documented to any JSON',
    async () => {
      await withEach(writes(), async (operation) => {
        const anything = fc.oneof(
          fc.json(),
          fc.string({ unit: 'binary' }),
          fc
            .record({
              theme: fc.jsonValue(),
              text: fc.jsonValue(),
              email: fc.jsonValue(),
              status: fc.jsonValue(),
            })
            .map((v) => JSON.stringify(v)),
        );
        await fc.assert(
          fc.asyncProperty(urlOf(operation), anything, async (url, text) => {
            const { status } = await send(operation, url, {}, json(text));
            // A patch without fields changes nothing.
            if (operation.method !== 'patch' || status === 400) expect(status).toBe(400);
            else expect([{}, '']).toContainEqual(text.trim() === '' ? '' : JSON.parse(text));
          }),
          { numRuns: runs },
        );
      });
    },
    limitMs,
  );

  it(
    'responds as documented to any bytes of any media type',
    async () => {
      const utf16 = 'application/json; charset=utf-16';
      const types = fc.constantFrom(
        ...[
          'application/json',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          utf16,
        ],
        ...['text/plain', 'multipart/mixed', 'x', '/', 'a/b; c', 'application/json;'],
      );
      await withEach(writes(), async (operation) => {
        await fc.assert(
          fc.asyncProperty(
            urlOf(operation),
            types,
            fc.uint8Array({ minLength: 1 }),
            async (url, type, bytes) => {
              const { status } = await send(operation, url, { 'content-type': type }, { body: bytes });
              expect([400, 415]).toContain(status);
            },
          ),
          { numRuns: runs },
        );
      });
    },
    limitMs,
  );
});
