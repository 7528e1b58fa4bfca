import { randomUUID } from 'node:crypto';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { OpenApi } from '../support/openapi.js';
import { connect } from '../support/servers.js';
import { sharedReplicas } from '../support/shared-service.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';
import { prepare, writes, type Write } from '../support/writes.js';

const { replica, stores } = sharedReplicas();

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
      const lock = write.lock ?? 'LOCK TABLE ticket IN EXCLUSIVE MODE';
      const unlock = await holdTransaction(stores().database, lock);
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

/** Reads what a write changes. */
async function readEffect({ effect = 'count(*) FROM event' }: Write): Promise<string | null> {
  const database = await connect(stores().database);
  const { rows } = await database.query<{ effect: string | null }>(
    `SELECT (SELECT ${effect})::text AS effect`,
  );
  await database.end();
  return rows[0]?.effect ?? null;
}

describe.each(moments)('A client that goes away %s', (_moment, leave) => {
  it.each(writes)('and repeats $method $path elsewhere has one effect', async (template) => {
    const write = await prepare(replica(0), template);
    const key = randomUUID();
    const before = await readEffect(write);
    await leave(write, key);

    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const repeat = (n: number) =>
      replica(n).send(write.method, write.path, { body: JSON.stringify(write.body), headers });
    let first = await repeat(1);
    // The write of the client that went away may still be in progress.
    await eventually(async () => first.status < 300 || ((first = await repeat(1)), false));
    const after = await readEffect(write);
    const second = await repeat(0);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    for (const name of ['etag', 'location']) expect(second.headers.get(name)).toBe(first.headers.get(name));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(after).not.toBe(before);
    expect(await readEffect(write)).toBe(after);
    if (!write.effect?.startsWith('string_agg')) expect(Math.abs(Number(after) - Number(before))).toBe(1);
  });
});

/** Sends requests on one connection; each returns its status, whether there is a body, and whether the connection was reused. */
function oneConnection() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = async (method: string, path: string, body = '', headers: object = {}) => {
    const type = body && { 'content-type': 'application/json', 'content-length': body.length };
    const options = { agent, method, headers: { ...type, ...headers } };
    const sent = request(replica(0).url + path, options).end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject);
    });
    const hasBody = (await text(response)).length > 0;
    return [response.statusCode, hasBody, sent.reusedSocket, response.headers.allow] as const;
  };
  return { agent, call };
}

describe('A connection', () => {
  it('goes on after each error, HEAD and OPTIONS', async () => {
    const { agent, call: send } = oneConnection();
    const call = async (...parts: Parameters<typeof send>) => (await send(...parts)).slice(0, 3);
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

  it('goes on after HEAD, OPTIONS and an invalid request of every operation', async () => {
    const { agent, call } = oneConnection();
    await call('GET', '/health/live');
    const { operations } = await OpenApi.of(replica(0));
    for (const { path: template } of operations) {
      const methods = operations.flatMap(({ path, method }) =>
        path === template ? [method.toUpperCase()] : [],
      );
      const path = template.replaceAll(/\{\w+\}/g, '999999');
      const isProbe = path.startsWith('/health');
      const allow = [
        ...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
      ];
      const options = await call('OPTIONS', path);
      expect([path, ...options]).toEqual([path, isProbe ? 200 : 204, isProbe, true, expect.any(String)]);
      expect(options[3]?.split(', ')).toEqual(expect.arrayContaining(allow));
      // Node.js's client ends a connection after a HEAD without a length.
      if (methods.includes('GET') && path !== '/export')
        expect([path, (await call('HEAD', path)).slice(1, 3)]).toEqual([path, [false, true]]);
      for (const method of methods.filter((each) => each !== 'GET')) {
        const [status = 0, hasBody, isReused] = await call(method, path, '{', { 'if-match': 'x' });
        expect([method, path, status >= 400 && status < 500, hasBody, isReused]).toEqual([
          ...[method, path, true, true, true],
        ]);
      }
    }
    agent.destroy();
  });
});
