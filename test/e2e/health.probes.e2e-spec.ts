import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { Api, encode, aTicket, times } from '../support/api.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { usesRedis } from '../support/cached.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/metrics.js';
import { connect, servers } from '../support/servers.js';
import { oneService } from '../support/one-service.js';
import { Service } from '../support/service.js';

const { api, service } = oneService();

/** By how much a metric grows by what is done. */
async function growth(name: string, act: () => Promise<unknown>): Promise<number> {
  const before = (await scrape(api)).get(name) ?? 0;
  await act();
  return ((await scrape(api)).get(name) ?? 0) - before;
}

describe('The probes', () => {
  it('say that the service is alive, and ready', async () => {
    expect((await api.send('GET', '/health/live')).body).toEqual({ status: 'ok' });
    await usesRedis(api);
    expect(await api.send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        details: { postgres: { status: 'up' }, cache: { status: 'up', store: 'redis' } },
      },
    });
  });

  it('say for SHUTDOWN_DELAY that it is not ready, while it still answers those who come', async () => {
    const ending = await Service.start({
      stores: service().stores,
      environment: { SHUTDOWN_DELAY: '2' },
    });
    const calls = new Api(ending.url);
    const exit = ending.stop();
    await eventually(async () => (await calls.send('GET', '/health/ready')).status === 503);
    const { problem } = await calls.send('GET', '/health/ready');
    expect(problem).toMatchObject({ detail: 'The service is shutting down' });
    expect((await calls.createTicket()).status).toBe(201);
    expect((await calls.send('GET', '/health/live')).status).toBe(200);
    expect(await exit).toBe(0);
  });
});

describe('/metrics', () => {
  it('counts requests by method, route and status, and how long they took', async () => {
    const name = 'ticket_http_request_duration_seconds';
    const labels = '{method="GET",route="/ticket/:ticket_id",status="404"}';
    expect(await growth(`${name}_count${labels}`, () => times(3, (n) => api.ticket(9_000 + n)))).toBe(3);
    expect((await scrape(api)).get(`${name}_sum${labels}`)).toBeGreaterThan(0);
  });

  it('counts what the cache was good for', async () => {
    const reads = (outcome: string) => `ticket_cache_reads_total{outcome="${outcome}"}`;
    let id = 0;
    // On a machine with other work Redis may be late for a call.
    await eventually(async () => {
      ({ id } = (await api.createTicket()).body);
      return (await growth(reads('MISS'), () => api.ticket(id))) === 1;
    });
    await eventually(async () => (await growth(reads('HIT'), () => times(4, () => api.ticket(id)))) === 4);
  });

  it('counts repeats by an Idempotency-Key', async () => {
    const { body, headers } = encode(aTicket, 'JSON');
    const init = { body: body ?? '', headers: { ...(headers as object), 'idempotency-key': 'counted' } };
    const repeat = async () => {
      for (let n = 0; n < 3; n++) await api.send('POST', '/ticket', init);
    };
    expect(await growth('ticket_idempotent_replays_total', repeat)).toBe(2);
  });

  it('counts the streams of the feed that are open', async () => {
    const stop = new AbortController();
    const accept = { accept: 'text/event-stream' };
    await times(3, () => fetch(`${service().url}/events?from=now`, { headers: accept, signal: stop.signal }));
    expect((await scrape(api)).get('ticket_feed_streams')).toBe(3);
    stop.abort();
    await eventually(async () => (await scrape(api)).get('ticket_feed_streams') === 0);
  });

  it('tells for how long readers of the feed wait for a transaction that still runs', async () => {
    const isTold = async () => (await scrape(api)).get('ticket_feed_lag_seconds') === 0;
    // Transactions of other databases of the server are waited for too.
    await eventually(isTold);
    const database = await connect(service().stores.database);
    await database.query('BEGIN');
    await database.query('SELECT pg_current_xact_id()');
    await api.createTicket();
    await eventually(async () => ((await scrape(api)).get('ticket_feed_lag_seconds') ?? 0) > 0.3);
    await database.query('COMMIT');
    await database.end();
    await eventually(isTold);
  });

  it('knows about how many tickets there are in each status', async () => {
    const made = await times(12, () => api.createTicket());
    await times(4, async (n) => api.updateStatus(made[n]?.body.id ?? 0, 'closed'));
    const database = await connect(service().stores.database);
    await database.query('ANALYZE ticket');
    const { rows } = await database.query<{ status: string; count: number }>(
      'SELECT status, count(*)::integer FROM ticket GROUP BY status',
    );
    await database.end();
    const found = await scrape(api);
    for (const { status, count } of rows)
      expect(found.get(`ticket_tickets{status="${status}"}`)).toBeCloseTo(count, 1);
  });

  it('comes while PostgreSQL and Redis are gone, and says so', async () => {
    const redis = new URL(service().stores.redisUrl);
    const [cache, database] = [
      await FaultProxy.to(Number(redis.port)),
      await FaultProxy.to(servers().postgres.port),
    ];
    redis.port = String(cache.port);
    const cut = await Service.start({
      stores: service().stores,
      environment: { REDIS_URL: redis.href, POSTGRES_PORT: String(database.port) },
    });
    const calls = new Api(cut.url);
    await eventually(async () => (await scrape(calls)).get('ticket_cache_breaker{state="closed"}') === 1);
    await Promise.all([cache.close(), database.close()]);
    await times(5, () => calls.ticket(1));
    const found = await scrape(calls);
    expect(found.get('ticket_cache_breaker{state="open"}')).toBe(1);
    expect(found.get('ticket_cache_reads_total{outcome="BYPASS"}')).toBeGreaterThan(0);
    expect(found.get('ticket_database_errors_total{sqlstate="none"}')).toBeGreaterThan(0);
    expect(found.get('ticket_feed_lag_seconds')).toBeNaN();
    await cut.stop();
  }, 30_000);

  it('asks PostgreSQL once for all who scrape at once', async () => {
    const database = await FaultProxy.to(servers().postgres.port);
    const environment = { POSTGRES_PORT: String(database.port) };
    const asked = await Service.start({ stores: service().stores, environment });
    const calls = new Api(asked.url);
    await scrape(calls);
    const before = database.sent;
    // All of them come while the first waits.
    database.latencyMs = 300;
    await times(50, () => scrape(calls));
    expect(database.sent - before).toBeLessThan(5);
    database.latencyMs = 0;
    await asked.stop();
    await database.close();
  });
});

describe('The dashboard and the alerts of deploy/', () => {
  it.each(['deploy/grafana/dashboard.json', 'deploy/prometheus/alerts.yaml'])(
    '%s uses only metrics that there are',
    async (file) => {
      const used = new Set(readFileSync(file, 'utf8').match(/\b(ticket|nodejs|process)_[a-z_\d]+/g));
      const { body } = await api.send<string>('GET', '/metrics');
      const declared = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      );
      expect(used.size).toBeGreaterThan(5);
      expect([...used].filter((name) => !declared.includes(name))).toEqual([]);
    },
  );
});
