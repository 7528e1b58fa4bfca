import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterAll, describe, expect, it } from '@jest/globals';

import {
  aComment,
  Api,
  aTicket,
  type BodyKind,
  type Comment,
  count,
  encode,
  type Ticket,
  times,
} from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, servers } from '../support/servers.js';
import { Service } from '../support/service.js';
import { sharedReplicas } from '../support/shared-service.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';
import { OpenApi } from '../support/openapi.js';
import { prepare, type Write, writes } from '../support/writes.js';

const { replica, stores } = sharedReplicas();

/** A third replica, which the last two tests start and kill, and its way to PostgreSQL. */
let third: Service;
let postgres: FaultProxy;

afterAll(async () => {
  await third.stop();
  await postgres.close();
});

function withKey(fields: Record<string, string>, key: string, kind: BodyKind = 'JSON'): RequestInit {
  const init = encode(fields, kind);
  const headers = { ...(init.headers as Record<string, string> | undefined), 'idempotency-key': key };
  return { ...init, headers };
}
const create = (key: string, fields = aTicket, n = 0) =>
  replica(n).send<Ticket>('POST', '/ticket', withKey(fields, key));

const lockTable = 'LOCK TABLE ticket IN EXCLUSIVE MODE';

async function query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const database = await connect(stores().database);
  const { rows } = await database.query<Row>(sql, values);
  await database.end();
  return rows;
}

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

describe('An Idempotency-Key', () => {
  it('replays the first response for a repeated POST', async () => {
    const key = randomUUID();
    const first = await create(key);
    await replica(0).updateStatus(first.body.id, 'answered');
    const again = await create(key, aTicket, 1);

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    for (const header of ['location', 'etag', 'content-type']) {
      expect(again.headers.get(header)).toBe(first.headers.get(header));
    }
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await replica(0).createTicket()).headers.get('idempotency-replayed')).toBeNull();
  });

  it('identifies a request by its fields, in any media type', async () => {
    const key = randomUUID();
    const first = await create(key);
    const again = await replica(0).send<Ticket>('POST', '/ticket', withKey(aTicket, key, 'form-data'));
    expect(again.body.id).toBe(first.body.id);
  });

  it('adds one comment for a repeated POST', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const key = randomUUID();
    const send = () => replica(0).send<Comment>('POST', `/ticket/${id}/comment`, withKey(aComment, key));
    const first = await send();
    const again = await send();
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await replica(0).ticket(id)).body.comment_count).toBe(1);
  });

  it('is rejected for a different request', async () => {
    const key = randomUUID();
    const { id } = (await create(key)).body;
    for (const { status, problem } of [
      await create(key, { ...aTicket, theme: 'another' }),
      await replica(0).send('POST', `/ticket/${id}/comment`, withKey(aComment, key)),
    ]) {
      expect(status).toBe(422);
      expect(problem.type).toBe('urn:problem-type:ticket-system:idempotency-key-reused');
      expect(problem.detail).toContain('another request');
    }
    expect((await replica(0).ticket(id)).body.comment_count).toBe(0);
  });

  it('creates one ticket for 64 simultaneous requests to two replicas, with 64 equal responses', async () => {
    const key = randomUUID();
    const theme = `theme ${key}`;
    const responses = await times(64, (n) => create(key, { ...aTicket, theme }, n));

    expect(count(responses, 201)).toBe(64);
    expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(responses.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await query('SELECT id FROM ticket WHERE theme = $1', [theme])).toHaveLength(1);
  });

  it('is not used up by a rejected request', async () => {
    const { id } = (await replica(0).createTicket()).body;
    await replica(0).updateStatus(id, 'closed');
    const key = randomUUID();
    const path = `/ticket/${id}/comment`;
    expect((await replica(0).send('POST', path, withKey(aComment, key))).status).toBe(409);
    expect((await create(key, { ...aTicket, theme: '' })).status).toBe(400);
    expect((await create(key)).status).toBe(201);
  });

  it('returns 409 while its first request is in progress, and succeeds afterwards', async () => {
    const key = randomUUID();
    const { id } = (await replica(0).createTicket()).body;
    const send = (n: number) =>
      replica(n).send<Comment>('POST', `/ticket/${id}/comment`, withKey(aComment, key));
    const insert = 'INSERT INTO idempotency_key (key, fingerprint) VALUES ($1, $2)';
    const rollback = await holdTransaction(stores().database, insert, [key, Buffer.of(0)]);

    const { status, headers, problem } = await send(0);
    expect(status).toBe(409);
    expect(headers.get('retry-after')).toBe('1');
    expect(problem.type).toBe('urn:problem-type:ticket-system:request-in-progress');
    expect(problem.detail).toContain('still in progress');

    await rollback();
    expect((await send(1)).status).toBe(201);
  });

  it('returns the ticket to a client that lost its connection before the response', async () => {
    const key = randomUUID();
    const theme = `theme ${key}`;
    const controller = new AbortController();
    // The lock delays the request until its client has disconnected.
    const unlock = await holdTransaction(stores().database, lockTable);
    const init = withKey({ ...aTicket, theme }, key);
    const sent = fetch(`${replica(0).url}/ticket`, { method: 'POST', ...init, signal: controller.signal });
    await waitForBlockedSessions(stores().database, 1);
    controller.abort();
    await expect(sent).rejects.toThrow();
    await unlock();
    await eventually(
      async () => (await query('SELECT 1 FROM ticket WHERE theme = $1', [theme])).length === 1,
    );

    const again = await create(key, { ...aTicket, theme }, 1);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await query('SELECT id FROM ticket WHERE theme = $1', [theme])).toEqual([
      { id: String(again.body.id) },
    ]);
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('is rejected as %j', async (key) => {
    const { status, problem } = await create(key);
    expect(status).toBe(400);
    expect(problem.errors).toEqual([
      { field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
    ]);
  });

  it.each(['x', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', '!~'.repeat(127)])(
    'is accepted as %j',
    async (key) => {
      expect((await create(key)).status).toBe(201);
    },
  );

  it('expires after a day and is deleted at the next start', async () => {
    const [key, deleted] = [randomUUID(), randomUUID()];
    const first = await create(key);
    await create(deleted);
    await query(`UPDATE idempotency_key SET created_at = now() - interval '24 hours' WHERE key = ANY ($1)`, [
      [key, deleted],
    ]);
    const second = await create(key);
    expect(second.body.id).not.toBe(first.body.id);
    // More keys than one statement deletes.
    await query(`INSERT INTO idempotency_key (key, fingerprint, created_at)
      SELECT 'old ' || n, '', now() - interval '25 hours' FROM generate_series(1, 2500) AS n`);
    postgres = await FaultProxy.to(servers().postgres.port);
    const environment = { POSTGRES_PORT: String(postgres.port) };
    third = await Service.start({ stores: stores(), environment });
    await eventually(
      async () =>
        (await query(`SELECT 1 FROM idempotency_key WHERE key = $1 OR key LIKE 'old %'`, [deleted]))
          .length === 0,
    );
    expect(await query('SELECT 1 FROM idempotency_key WHERE key = $1', [key])).toHaveLength(1);
    // After the cleanup, and the other work of a start, the service sends few further statements.
    await eventually(async () => {
      const { sent } = postgres;
      await sleep(300);
      return postgres.sent - sent < 10;
    });
  });

  it('is stored together with its ticket or not at all when the service is killed', async () => {
    const key = randomUUID();
    const theme = `theme ${key}`;
    const unlock = await holdTransaction(stores().database, lockTable);
    const sent = new Api(third.url)
      .send('POST', '/ticket', withKey({ ...aTicket, theme }, key))
      .catch(() => 'no response');
    await waitForBlockedSessions(stores().database, 1);
    await third.stop('SIGKILL');
    await unlock();
    expect(await sent).toBe('no response');

    expect((await create(key, { ...aTicket, theme })).status).toBe(201);
    expect(await query('SELECT id FROM ticket WHERE theme = $1', [theme])).toHaveLength(1);
  });
});
