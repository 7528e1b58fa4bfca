import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, encode, scrape, times, waitForRedis } from '../support/api.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { eventually } from '../support/eventually.js';
import { connect, servers } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';
import { Service } from '../support/service.js';
import { holdTransaction } from '../support/transactions.js';

const { api, service } = sharedService();

/** Increase of a metric during an action. */
async function growth(name: string, act: () => Promise<unknown>): Promise<number> {
  const before = (await scrape(api)).get(name) ?? 0;
  await act();
  return ((await scrape(api)).get(name) ?? 0) - before;
}

describe('The health probes', () => {
  it('report a live and ready service', async () => {
    expect((await api.send('GET', '/health/live')).body).toEqual({ status: 'ok' });
    await waitForRedis(api);
    expect(await api.send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        details: { postgres: { status: 'up' }, cache: { status: 'up', store: 'redis', state: 'on' } },
      },
    });
  });

  it.each(['/health/live?x=1', '/health/ready?cache=off&cache=on', '/metrics?name[]=up'])(
    'and the metrics take any query: %s',
    async (path) => {
      expect((await api.send('GET', path)).status).toBe(200);
    },
  );

  it('respond to OPTIONS as to GET, but to preflight requests as other paths', async () => {
    await waitForRedis(api);
    const { status, headers, body } = await api.send('OPTIONS', '/health/ready?x=1');
    expect([status, headers.get('allow'), body]).toEqual([
      200,
      'GET, HEAD',
      expect.objectContaining({ status: 'ok' }),
    ]);
    const preflight = { headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } };
    expect((await api.send('OPTIONS', '/health/ready', preflight)).status).toBe(204);
  });
});

describe('/metrics', () => {
  it('counts requests and their duration by method, route and status', async () => {
    const name = 'ticket_http_request_duration_seconds';
    const labels = '{method="GET",route="/ticket/:ticket_id",status="404"}';
    expect(await growth(`${name}_count${labels}`, () => times(3, (n) => api.ticket(9_000 + n)))).toBe(3);
    expect((await scrape(api)).get(`${name}_sum${labels}`)).toBeGreaterThan(0);
  });

  it('counts cache reads by outcome', async () => {
    const reads = (outcome: string) => `ticket_cache_reads_total{outcome="${outcome}"}`;
    let id = 0;
    // On a busy machine Redis may miss its deadline.
    await eventually(async () => {
      ({ id } = (await api.createTicket()).body);
      return (await growth(reads('MISS'), () => api.ticket(id))) === 1;
    });
    await eventually(async () => (await growth(reads('HIT'), () => times(4, () => api.ticket(id)))) === 4);
  });

  it('counts responses replayed for an Idempotency-Key', async () => {
    const { body, headers } = encode(aTicket, 'JSON');
    const init = { body: body ?? '', headers: { ...(headers as object), 'idempotency-key': 'counted' } };
    const repeat = async () => {
      for (let n = 0; n < 3; n++) await api.send('POST', '/ticket', init);
    };
    expect(await growth('ticket_idempotent_replays_total', repeat)).toBe(2);
  });

  it('counts the open event streams', async () => {
    const stop = new AbortController();
    const accept = { accept: 'text/event-stream' };
    await times(3, () => fetch(`${service().url}/events?from=now`, { headers: accept, signal: stop.signal }));
    expect((await scrape(api)).get('ticket_feed_streams')).toBe(3);
    stop.abort();
    await eventually(async () => (await scrape(api)).get('ticket_feed_streams') === 0);
  });

  it('shows the age of the oldest event that has no number in the feed yet', async () => {
    const isCaughtUp = async () => (await scrape(api)).get('ticket_feed_lag_seconds') === 0;
    await eventually(isCaughtUp);
    const rollback = await holdTransaction(service().stores.database, 'SELECT 1 FROM feed_state FOR UPDATE');
    await api.createTicket();
    await eventually(async () => ((await scrape(api)).get('ticket_feed_lag_seconds') ?? 0) > 0.3);
    await rollback();
    await eventually(isCaughtUp);
  });

  it('estimates the number of tickets in each status', async () => {
    const created = await times(12, () => api.createTicket());
    await times(4, async (n) => api.updateStatus(created[n]?.body.id ?? 0, 'closed'));
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
});

describe('The dashboards and alerts', () => {
  it.each(['deploy/grafana/dashboard.json', 'deploy/prometheus/alerts.yaml'])(
    'of %s use existing metrics only',
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

/** These tests run in their order: the last one ends the replica. */
describe('A replica whose servers are slow, fail and come back', () => {
  let replica: Service;
  let client: Api;
  let cache: FaultProxy;
  let database: FaultProxy;

  beforeAll(async () => {
    const redis = new URL(service().stores.redisUrl);
    cache = await FaultProxy.to(Number(redis.port));
    database = await FaultProxy.to(servers().postgres.port);
    redis.port = String(cache.port);
    replica = await Service.start({
      stores: service().stores,
      environment: { REDIS_URL: redis.href, POSTGRES_PORT: String(database.port), SHUTDOWN_DELAY: '2' },
    });
    client = new Api(replica.url);
  });

  afterAll(async () => {
    await replica.stop();
    await Promise.all([cache.close(), database.close()]);
  });

  it('queries PostgreSQL once for simultaneous scrapes', async () => {
    await scrape(client);
    const before = database.sent;
    // All scrapes begin while the first one waits.
    database.latencyMs = 300;
    await times(50, () => scrape(client));
    // Besides the polls of the cache's state and of the numbering, which go on meanwhile.
    expect(database.sent - before).toBeLessThan(20);
    database.latencyMs = 0;
  });

  it('has metrics without PostgreSQL and Redis, which show the outage', async () => {
    await eventually(async () => (await scrape(client)).get('ticket_cache_state{state="on"}') === 1);
    await Promise.all([cache.close(), database.close()]);
    await eventually(async () => {
      await times(5, () => client.ticket(1));
      return (await scrape(client)).get('ticket_cache_state{state="unknown"}') === 1;
    });
    await client.ticket(1);
    const found = await scrape(client);
    expect(found.get('ticket_cache_reads_total{outcome="BYPASS"}')).toBeGreaterThan(0);
    expect(found.get('ticket_database_errors_total{sqlstate="none"}')).toBeGreaterThan(0);
    expect(found.get('ticket_feed_lag_seconds')).toBeNaN();
    await Promise.all([cache.open(), database.open()]);
  });

  it('reports not ready during SHUTDOWN_DELAY while it still serves requests', async () => {
    const ready = () => client.send('GET', '/health/ready');
    await eventually(async () => (await ready()).status === 200);
    const exit = replica.stop();
    await eventually(async () => (await ready()).status === 503);
    const { problem } = await ready();
    expect(problem).toMatchObject({ detail: 'The service is shutting down' });
    expect((await client.send('OPTIONS', '/health/ready')).status).toBe(503);
    expect((await client.createTicket()).status).toBe(201);
    expect((await client.send('GET', '/health/live')).status).toBe(200);
    expect(await exit).toBe(0);
  });
});
