import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import {
  aComment,
  Api,
  aTicket,
  count,
  encode,
  times,
  type BodyKind,
  type Comment,
  type Ticket,
} from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, servers } from '../support/servers.js';
import { Service } from '../support/service.js';
import { sharedReplicas } from '../support/shared-service.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';

const { replica, stores } = sharedReplicas();

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

  it('is stored together with its ticket or not at all when the service is killed', async () => {
    const killed = await Service.start({ stores: stores() });
    const key = randomUUID();
    const theme = `theme ${key}`;
    const unlock = await holdTransaction(stores().database, lockTable);
    const sent = new Api(killed.url)
      .send('POST', '/ticket', withKey({ ...aTicket, theme }, key))
      .catch(() => 'no response');
    await waitForBlockedSessions(stores().database, 1);
    await killed.stop('SIGKILL');
    await unlock();
    expect(await sent).toBe('no response');

    expect((await create(key, { ...aTicket, theme })).status).toBe(201);
    expect(await query('SELECT id FROM ticket WHERE theme = $1', [theme])).toHaveLength(1);
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
    const postgres = await FaultProxy.to(servers().postgres.port);
    const environment = { POSTGRES_PORT: String(postgres.port) };
    const restarted = await Service.start({ stores: stores(), environment });
    await eventually(
      async () =>
        (await query(`SELECT 1 FROM idempotency_key WHERE key = $1 OR key LIKE 'old %'`, [deleted]))
          .length === 0,
    );
    expect(await query('SELECT 1 FROM idempotency_key WHERE key = $1', [key])).toHaveLength(1);
    // After the cleanup the service sends no further statements.
    const { sent } = postgres;
    await sleep(300);
    expect(postgres.sent - sent).toBeLessThan(10);
    await restarted.stop();
    await postgres.close();
  });
});
