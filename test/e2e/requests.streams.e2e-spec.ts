import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { aComment, aTicket } from '../support/api.js';
import { valid } from '../support/arbitraries.js';
import { Attachments } from '../support/attachments.js';
import { OpenApi, type Operation, type Schema } from '../support/openapi.js';
import { connect } from '../support/servers.js';
import { sharedReplicas } from '../support/shared-service.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';
import { readExport, sendLines, startImport } from '../support/transfer.js';

// Bodies that are streamed, and so take another way through the service: the lines of an import, and the bytes of a file.

const { replica, stores } = sharedReplicas();
const api = replica(0);

/** Inputs of each kind; FUZZ_RUNS sets another number. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 50);

const limitMs = 300_000;

/** The moments at which a client of an import goes away. */
const importMoments: [string, (lines: string) => Promise<void>][] = [
  [
    'in the middle of a line',
    async (lines) => {
      const sent = startImport(replica(0).url);
      sent.write(lines.slice(0, -20));
      await sent.nextResult();
      sent.cut();
    },
  ],
  [
    'before the commit',
    async (lines) => {
      const unlock = await holdTransaction(stores().database, 'LOCK TABLE ticket IN EXCLUSIVE MODE');
      const sent = startImport(replica(0).url);
      sent.write(lines);
      await waitForBlockedSessions(stores().database, 1);
      sent.cut();
      await unlock();
    },
  ],
  [
    'after the commit',
    async (lines) => {
      const sent = startImport(replica(0).url);
      sent.write(lines);
      await sent.nextResult();
      sent.cut();
    },
  ],
];

describe('A client of an import that goes away', () => {
  it.each(importMoments)('%s and repeats it elsewhere imports each ticket once', async (_moment, leave) => {
    const lines = [1, 2].map(() => ({ ...aTicket, external_id: randomUUID(), comments: [aComment] }));
    await leave(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const first = await sendLines(replica(1), ...lines);
    const second = await sendLines(replica(0), ...lines);
    expect(second).toEqual(first.map((result) => ({ ...result, status: 'exists' })));
    const database = await connect(stores().database);
    const { rows } = await database.query(
      `SELECT (SELECT count(*)::integer FROM comment WHERE ticket_id = ticket.id) AS comments,
              (SELECT count(*)::integer FROM event WHERE ticket_id = ticket.id) AS events
       FROM ticket WHERE external_id = ANY ($1)`,
      [lines.map(({ external_id }) => external_id)],
    );
    await database.end();
    expect(rows).toEqual(lines.map(() => ({ comments: 1, events: 1 })));
  });
});

describe('A client of an upload that goes away', () => {
  const bytes = 'x'.repeat(300_000);

  it.each([
    ['in the middle of its body', 0.5],
    ['after the last byte', 1],
  ])('%s and repeats it elsewhere stores the bytes once', async (_moment, part) => {
    const [first, second] = [replica(0), replica(1)];
    const { id } = (await first.createTicket()).body;
    const { body: created } = await new Attachments(first, id).create(bytes);
    const headers = { 'content-length': bytes.length };
    const sent = request(new URL(created.upload.url, first.url), { method: 'PUT', headers });
    sent.on('error', () => undefined);
    sent.write(bytes.slice(0, bytes.length * part));
    if (part === 1) await once(sent, 'response');
    sent.destroy();

    const attachments = new Attachments(second, id);
    expect((await attachments.upload(created, bytes)).status).toBe(200);
    expect((await attachments.complete(created.id)).status).toBe(200);
    expect((await attachments.complete(created.id)).status).toBe(200);
    expect(await (await attachments.download(created.id)).text()).toBe(bytes);
  });
});

describe('The import', () => {
  it(
    'has a documented result for each line, whatever the lines are, and for each line of an export',
    async () => {
      const openapi = await OpenApi.of(api);
      const [imported, exported] = ['/import', '/export'].map(openapi.find) as [Operation, Operation];
      const line = anyLine(openapi.resolve(openapi.bodyOf(imported)?.contentSchema ?? {}).properties ?? {});
      const check = async (lines: Buffer[]) => {
        const results = await sendLines(api, ...lines);
        expect(results.map((result) => result.line)).toEqual(lines.map((_, n) => n + 1));
        for (const body of results)
          expect(openapi.violations(imported, { status: 200, headers: ndjson, body })).toEqual([]);
        return results.map(({ status }) => status);
      };
      const statuses = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), async (lines) => {
          for (const status of await check(lines)) statuses.add(status);
        }),
        { numRuns: runs },
      );
      expect([...statuses].sort()).toEqual(['created', 'exists', 'invalid']);

      const { lines } = await readExport(api);
      for (const body of lines)
        expect(openapi.violations(exported, { status: 200, headers: ndjson, body })).toEqual([]);
      const again = lines.map((each) => Buffer.from(JSON.stringify(each)));
      await check(again);
      expect(new Set(await check(again))).toEqual(new Set(['exists']));
    },
    limitMs,
  );
});

describe('A signed URL', () => {
  it(
    'takes bytes of the size of its attachment, and rejects others and altered parameters as documented',
    async () => {
      const openapi = await OpenApi.of(api);
      const files = openapi.operations.filter(({ path }) => path.endsWith('/file'));
      const bytes = fc.uint8Array({ maxLength: 8 });
      const parameter = fc.tuple(fc.constantFrom('expires', 'caller', 'signature'), fc.string());
      await fc.assert(
        fc.asyncProperty(bytes, bytes, parameter, async (announced, sent, [name, value]) => {
          const attachments = new Attachments(api, (await api.createTicket()).body.id);
          const { body } = await attachments.create(announced);
          const upload = await attachments.upload(body, sent);
          expect(upload.status).toBe(sent.length === announced.length ? 200 : 400);
          const url = new URL(attachments.absolute(body.upload.url));
          url.searchParams.set(name, value);
          for (const operation of files) {
            const init = operation.method === 'put' ? { body: sent } : {};
            const response = await api.send(operation.method.toUpperCase(), url.pathname + url.search, init);
            expect([400, 403]).toContain(response.status);
            expect(openapi.violations(operation, response)).toEqual([]);
          }
        }),
        { numRuns: runs },
      );
    },
    limitMs,
  );
});

const ndjson = new Headers({ 'content-type': 'application/x-ndjson' });

/** A line that is a ticket with some fields, any JSON, or any bytes. Names come up again, so that some tickets exist. */
function anyLine(properties: Record<string, Schema>): fc.Arbitrary<Buffer> {
  const texts = Object.entries(properties).filter(([, { type }]) => [type].flat().includes('string'));
  const valids = fc.record(Object.fromEntries(texts.map(([name, schema]) => [name, valid(schema)])), {
    requiredKeys: ['theme', 'text', 'email'],
  });
  const comment = fc.record({ text: valid({ maxLength: 50 }), email: valid({ format: 'email' }) });
  const external_id = fc.integer({ min: 1, max: 20 }).map(String);
  const fields = fc
    .tuple(valids, fc.record({ external_id, comments: fc.array(comment) }))
    .map(([all, own]) => ({ ...all, ...own }));
  const json = fc.oneof(fields, fc.jsonValue()).map((value) => Buffer.from(JSON.stringify(value)));
  const bytes = fc.uint8Array({ minLength: 1 }).map((each) => Buffer.from(each));
  const isLine = (each: Buffer) => !each.includes('\n') && each.toString().trim() !== '';
  return fc.oneof({ weight: 4, arbitrary: json }, bytes.filter(isLine));
}
