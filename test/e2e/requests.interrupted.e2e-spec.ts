import { randomUUID } from 'node:crypto';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { aComment, aTicket, type Ticket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { sharedReplicas } from '../support/shared-service.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';

const { replica, stores } = sharedReplicas();

/** A write; `:id` stands for the id of a new ticket. */
interface Write {
  method: string;
  path: string;
  body: Record<string, string>;
}

const writes: Write[] = [
  { method: 'POST', path: '/ticket', body: aTicket },
  { method: 'PUT', path: '/ticket/:id', body: { status: 'answered' } },
  { method: 'PATCH', path: '/ticket/:id', body: { theme: 'Another theme' } },
  { method: 'POST', path: '/ticket/:id/claim', body: { assignee: 'ada' } },
  { method: 'PUT', path: '/ticket/:id/tag/vip', body: {} },
  { method: 'DELETE', path: '/ticket/:id/tag/billing', body: {} },
  { method: 'POST', path: '/ticket/:id/comment', body: aComment },
];

/** Sends the head of a write and this much of its body. */
function begin({ method, path, body }: Write, key: string, part = 1): ClientRequest {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'idempotency-key': key,
  };
  const sent = request(replica(0).url + path, { method, headers }).on('error', () => undefined);
  sent.flushHeaders();
  const some = bytes.subarray(0, Math.floor(bytes.length * part));
  if (part === 1) sent.end(some);
  else sent.write(some);
  return sent;
}

/** The moments at which a client goes away. */
const moments: [string, (write: Write, key: string) => Promise<void>][] = [
  [
    'in the middle of its body',
    async (write, key) => {
      const sent = begin(write, key, 0.5);
      await new Promise((resolve) => setTimeout(resolve, 20));
      sent.destroy();
    },
  ],
  [
    'before the commit',
    async (write, key) => {
      const unlock = await holdTransaction(stores().database, 'LOCK TABLE ticket IN EXCLUSIVE MODE');
      const sent = begin(write, key);
      await waitForBlockedSessions(stores().database, 1);
      sent.destroy();
      await unlock();
    },
  ],
  [
    'after the commit',
    async (write, key) => {
      const sent = begin(write, key);
      await new Promise((resolve) => sent.once('response', resolve));
      sent.destroy();
    },
  ],
];

/** The number of events in the database. */
async function countEvents(): Promise<number> {
  const database = await connect(stores().database);
  const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM event');
  await database.end();
  return Number(rows[0]?.count);
}

describe.each(moments)('A client that goes away %s', (_moment, leave) => {
  it.each(writes)('and repeats $method $path elsewhere has one effect', async (template) => {
    const tagged = { ...aTicket, tags: ['billing'] };
    const init = { body: JSON.stringify(tagged), headers: { 'content-type': 'application/json' } };
    const { id } = (await replica(0).send<Ticket>('POST', '/ticket', init)).body;
    const write = { ...template, path: template.path.replace(':id', String(id)) };
    const key = randomUUID();
    const before = await countEvents();
    await leave(write, key);

    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const repeat = (n: number) =>
      replica(n).send(write.method, write.path, { body: JSON.stringify(write.body), headers });
    let first = await repeat(1);
    // The write of the client that went away may still be in progress.
    await eventually(async () => first.status < 300 || ((first = await repeat(1)), false));
    const second = await repeat(0);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await countEvents()) - before).toBe(1);
  });
});

describe('A connection', () => {
  it('goes on after each error, HEAD and OPTIONS', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const call = async (method: string, path: string, body = '', headers: object = {}) => {
      const type = body && { 'content-type': 'application/json', 'content-length': body.length };
      const options = { agent, method, headers: { ...type, ...headers } };
      const sent = request(replica(0).url + path, options).end(body);
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve).once('error', reject);
      });
      return [response.statusCode, (await text(response)).length > 0, sent.reusedSocket];
    };
    const { id } = (await replica(0).createTicket()).body;
    const ticket = `/ticket/${id}`;
    const status = '{"status":"answered"}';
    expect(await call('POST', '/ticket', '{')).toEqual([400, true, false]);
    expect(await call('POST', '/ticket', '{}', { 'content-type': 'text/plain' })).toEqual([415, true, true]);
    expect(await call('POST', '/ticket', ' '.repeat(600_000))).toEqual([413, true, true]);
    expect(await call('PUT', ticket, status, { 'if-match': '"9"' })).toEqual([412, true, true]);
    expect(await call('PUT', ticket, status, { 'if-match': '9' })).toEqual([400, true, true]);
    expect(await call('POST', '/nowhere', '{}')).toEqual([404, true, true]);
    expect(await call('HEAD', ticket)).toEqual([200, false, true]);
    expect(await call('HEAD', '/ticket/999999')).toEqual([404, false, true]);
    expect(await call('OPTIONS', ticket)).toEqual([204, false, true]);
    expect(await call('OPTIONS', '/nowhere')).toEqual([404, true, true]);
    expect(await call('GET', ticket, '', { 'if-none-match': '"1"' })).toEqual([304, false, true]);
    expect(await call('PUT', ticket, status)).toEqual([200, true, true]);
    agent.destroy();
  });
});
