import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, count, readFromCache, scrape, times, waitForRedis } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, servers } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { lockTicket, waitForBlockedSessions } from '../support/transactions.js';

let postgres: FaultProxy;
let redis: FaultProxy;
let service: ServiceWithStores;
let api: Api;

beforeAll(async () => {
  const stores = await createStores();
  const redisUrl = new URL(stores.redisUrl);
  postgres = await FaultProxy.to(servers().postgres.port);
  redis = await FaultProxy.to(Number(redisUrl.port || 6379));
  redisUrl.port = String(redis.port);
  service = await Service.start({
    stores,
    environment: { POSTGRES_PORT: String(postgres.port), REDIS_URL: redisUrl.href },
  });
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
  await Promise.all([postgres.close(), redis.close()]);
});

interface Readiness {
  status: string;
  details: Record<string, { status: string }>;
}
const ready = () => api.send<Readiness>('GET', '/health/ready');

describe('Without Redis, the service', () => {
  beforeAll(() => redis.close());

  it('serves reads and writes, and returns no stale ticket', async () => {
    const { id } = (await api.createTicket()).body;
    await api.ticket(id);
    expect((await api.updateStatus(id, 'answered')).status).toBe(200);
    expect((await api.comment(id)).status).toBe(201);
    expect((await api.ticket(id)).body).toMatchObject({ status: 'answered', comment_count: 1 });
  });

  it('is ready and reports that it is degraded', async () => {
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', details: { cache: { status: 'degraded' } } });
  });

  it('uses Redis again once it is back', async () => {
    await redis.open();
    await waitForRedis(api);
    const { id } = (await api.createTicket()).body;
    expect((await readFromCache(api, id)).status).toBe(200);
  });
});

describe('With a frozen Redis, the service', () => {
  it('reconnects, and uses Redis again once it responds', async () => {
    const { id } = (await api.createTicket()).body;
    redis.freeze();
    const { accepted } = redis;
    const read = async () => (await api.ticket(id)).headers.get('x-cache');
    await eventually(async () => (await read()) === 'BYPASS' && redis.accepted > accepted);
    redis.thaw();
    await eventually(async () => (await read()) === 'HIT');
  });
});

describe('Without PostgreSQL, the service', () => {
  it('fails every request quickly with 503, and recovers by itself', async () => {
    const { id } = (await api.createTicket()).body;
    await postgres.close();

    const begin = Date.now();
    const responses = [await api.createTicket(), await api.updateStatus(id, 'closed'), await api.comment(id)];
    for (const { status, headers, problem } of responses) {
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('1');
      expect(problem).toMatchObject({ type: 'urn:problem-type:ticket-system:unavailable', status: 503 });
      expect(JSON.stringify(problem)).not.toMatch(/ECONN|sql|127\.0\.0\.1/i);
    }
    expect(Date.now() - begin).toBeLessThan(3_000);
    await eventually(async () => (await ready()).status === 503, 2_000);
    expect((await api.send('GET', '/health/live')).status).toBe(200);

    await postgres.open();
    await eventually(async () => (await ready()).status === 200, 2_000);
    expect((await api.ticket(id)).body.status).toBe('opened');
    expect((await api.updateStatus(id, 'closed')).status).toBe(200);
  });

  it('fails writes with 503 while PostgreSQL is read-only, and recovers', async () => {
    const database = await connect('postgres');
    const { database: name } = service.stores;
    const errors = async () => (await scrape(api)).get('ticket_database_errors_total{sqlstate="25006"}');
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    // Reads still succeed, on connections that no write has used.
    await eventually(async () => count(await times(9, () => api.ticket(999_999)), 404) === 9);
    const readers = async () => {
      const sql = `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND query LIKE '%is_deletion%'`;
      return (await database.query<{ pid: number }>(sql, [name])).rows.map(({ pid }) => pid);
    };
    const before = await readers();
    expect(before).not.toEqual([]);
    await eventually(async () => {
      const { status, headers } = await api.createTicket();
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      return (await errors()) === 3;
    });
    await eventually(async () => (await readers()).every((pid) => !before.includes(pid)));
    // Existing sessions keep the setting that they began with.
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = off`);
    await eventually(async () => (await api.createTicket()).status === 201);
    await database.end();
  });

  it.each([
    ['transition', 'change_tickets', (id: number) => api.updateStatus(id, 'answered')],
    ['comment', 'add_comment', (id: number) => api.comment(id)],
  ])('shows a %s that took effect although its response was a 503', async (_write, statement, write) => {
    const { id } = (await api.createTicket()).body;
    await readFromCache(api, id);
    postgres.cut = (sent) => (sent.includes(statement) ? 'after' : undefined);
    expect((await write(id)).status).toBe(503);
    delete postgres.cut;
    const database = await connect(service.stores.database);
    const version = 'SELECT version FROM ticket WHERE id = $1';
    await eventually(
      async () => (await database.query<{ version: number }>(version, [id])).rows[0]?.version === 2,
    );
    await database.end();
    expect((await api.ticket(id)).headers.get('etag')).toBe('"2"');
  });

  it('returns 503 when connections break during statements, and recovers', async () => {
    const { id } = (await api.createTicket()).body;
    const unlock = await lockTicket(service.stores.database, id);
    const comments = times(5, () => api.comment(id));
    await waitForBlockedSessions(service.stores.database, 1);
    await postgres.close();
    expect(count(await comments, 503)).toBe(5);

    await unlock();
    await postgres.open();
    await eventually(async () => (await ready()).status === 200, 2_000);
    expect((await api.ticket(id)).status).toBe(200);
  });

  it('fails requests within 3 s while PostgreSQL is frozen, and recovers', async () => {
    const { id } = (await api.createTicket()).body;
    postgres.freeze();
    const begin = Date.now();
    const responses = await times(30, () => api.comment(id));
    expect(count(responses, 503)).toBe(30);
    expect(Date.now() - begin).toBeLessThan(3_500);

    postgres.thaw();
    await eventually(async () => (await api.comment(id)).status === 201, 2_000);
  });
});
