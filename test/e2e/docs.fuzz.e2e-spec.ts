import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pLimit from 'p-limit';

import { Api, aTicket, encode, json } from '../support/api.js';
import { headersOf } from '../support/arbitraries.js';
import { eventually } from '../support/eventually.js';
import { OpenApi, type Operation } from '../support/openapi.js';
import { OperationInputs } from '../support/operation-inputs.js';
import { Service } from '../support/service.js';

/** Requests for each operation and property; thousands in total. FUZZ_RUNS sets another number. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100);

/** Webhooks and erasures leave work behind that slows down all others. */
const runsOf = ({ path }: Operation) => (/^\/(webhook|erasure)/.test(path) ? Math.ceil(runs / 10) : runs);

const limitMs = 300_000;

let service: Service;
let api: Api;
let openapi: OpenApi;

let inputs: OperationInputs;

beforeAll(async () => {
  // The largest size of the schema; and the address of webhooks.
  const environment = { ATTACHMENTS_MAX_BYTES: String(5 * 1024 ** 3), WEBHOOK_HOSTS: '127.0.0.1' };
  service = await Service.start({ environment });
  api = new Api(service.url);
  openapi = await OpenApi.of(api);
  // One ticket in each status, and one that was deleted.
  const tickets: number[] = [];
  for (const transitions of [[], ['answered'], ['answered', 'awaited'], ['closed']]) {
    const { id } = (await api.createTicket()).body;
    for (const transition of transitions) await api.updateStatus(id, transition);
    tickets.push(id);
  }
  const email = 'deleted@example.com';
  const { id } = (await api.createTicket({ ...aTicket, email })).body;
  await api.send('POST', '/erasure', json(JSON.stringify({ email, mode: 'delete' })));
  await eventually(async () => (await api.ticket(id)).status === 410);
  inputs = new OperationInputs(openapi, { tickets, others: [id, 999_999] });
});

afterAll(async () => {
  await service.stop();
  expect(service.output).not.toContain('"level":"error"');
});

async function send(operation: Operation, url: string, headers: Record<string, string>, body?: RequestInit) {
  const init = { ...body, headers: { ...(body?.headers as Record<string, string> | undefined), ...headers } };
  const response = await api.send<unknown>(operation.method.toUpperCase(), url, init);
  expect([url, response.status, openapi.violations(operation, response)]).toEqual([url, response.status, []]);
  return response;
}

/** All operations but import and export, which have lines, and those that need a signed URL: see requests.streams. */
const operations = () => openapi.operations.filter(({ path }) => !/^\/(import|export)|\/file$/.test(path));

/** Operations with a request body. */
const writes = () => operations().filter(({ requestBody }) => requestBody);

/** Checks operations, eight at a time: more would wait for each other on a busy machine. */
function withEach(operations: Operation[], check: (operation: Operation) => Promise<void>) {
  const limit = pLimit(8);
  return Promise.all(operations.map((operation) => limit(() => check(operation))));
}

describe('Every documented operation', () => {
  it(
    'responds as documented to valid input',
    async () => {
      await withEach(operations(), async (operation) => {
        const body = openapi.bodyOf(operation);
        const parts = [
          ...([inputs.urlOf(operation), headersOf(operation)] as const),
          ...([inputs.fieldsOf(body), inputs.kindsOf(operation)] as const),
        ] as const;
        await fc.assert(
          fc.asyncProperty(...parts, async (url, headers, fields, kind) => {
            const { status } = await send(
              operation,
              url,
              headers as Record<string, string>,
              body && encode(fields, kind),
            );
            // Errors here depend on the ticket or on headers.
            const isMalformed = headers['If-Match'] === 'x' || headers['If-Match'] === ',';
            if (isMalformed) expect(status).toBe(400);
            else expect([200, 201, 202, 204, 304, 404, 409, 410, 412]).toContain(status);
          }),
          { numRuns: runsOf(operation) },
        );
      });
    },
    limitMs,
  );

  it(
    'rejects each invalid parameter and field, and names it',
    async () => {
      await withEach(operations(), async (operation) => {
        const body = openapi.bodyOf(operation);
        const parameters = operation.parameters
          .filter((parameter) => parameter.in !== 'header')
          .map(({ name }) => name);
        for (const invalidName of [...parameters, ...Object.keys(body?.properties ?? {})]) {
          if (/^(cursor|unassigned|metadata)$/.test(invalidName)) continue;
          const parts = [
            ...([inputs.urlOf(operation, invalidName), inputs.fieldsOf(body, invalidName)] as const),
            inputs.kindsOf(operation),
          ] as const;
          await fc.assert(
            fc.asyncProperty(...parts, async (url, fields, kind) => {
              const { status, problem } = await send(operation, url, {}, body && encode(fields, kind));
              expect(status).toBe(400);
              expect(problem.errors?.map(({ field }) => field)).toContain(invalidName);
            }),
            { numRuns: Math.ceil(runsOf(operation) / 4) },
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
          fc.asyncProperty(inputs.urlOf(operation), anything, async (url, text) => {
            const { status } = await send(operation, url, {}, json(text));
            // A patch without fields changes nothing.
            if (operation.method !== 'patch' || status === 400) expect(status).toBe(400);
            else expect([{}, '']).toContainEqual(text.trim() === '' ? '' : JSON.parse(text));
          }),
          { numRuns: runsOf(operation) },
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
            inputs.urlOf(operation),
            types,
            // An empty form or object is no error where no field is required.
            fc
              .uint8Array({ minLength: 1 })
              .filter((each) => !/^(&*|\s*\{\s*\}\s*)$/.test(String.fromCharCode(...each))),
            async (url, type, bytes) => {
              const { status } = await send(operation, url, { 'content-type': type }, { body: bytes });
              expect([400, 415]).toContain(status);
            },
          ),
          { numRuns: runsOf(operation) },
        );
      });
    },
    limitMs,
  );
});
