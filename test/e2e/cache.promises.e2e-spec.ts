import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, json, readFromCache, waitForRedis } from '../support/api.js';
import { FaultyPostgres } from '../support/checker/faulty-postgres.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, servers, type Stores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

interface Erasure {
  id: number;
  state: string;
}

let redis: FaultyRedis;
let stores: Stores;
let postgres: FaultProxy;
let services: Service[];
let apis: [Api, Api];

beforeAll(async () => {
  [stores, redis] = await Promise.all([createStores(), startRedis(3)]);
  postgres = await FaultProxy.to(servers().postgres.port);
  const environment = { ...redis.environment(0), POSTGRES_PORT: String(postgres.port) };
  services = [
    await Service.start({ stores, environment }),
    await Service.start({ stores, environment: redis.environment(1) }),
  ];
  apis = services.map(({ url }) => new Api(url)) as [Api, Api];
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all([redis.stop(), postgres.close()]);
});

/** Creates a ticket that both replicas read from the cache. */
async function cachedTicket(): Promise<number> {
  await Promise.all(apis.map(waitForRedis));
  const { id } = (await apis[0].createTicket()).body;
  for (const api of apis) await readFromCache(api, id);
  return id;
}

async function stateRow(): Promise<{ epoch: number; state: string }> {
  const database = await connect(stores.database);
  const { rows } = await database.query<{ epoch: string; state: string }>(
    'SELECT epoch, state FROM cache_state',
  );
  await database.end();
  return { epoch: Number(rows[0]?.epoch), state: rows[0]?.state ?? '' };
}

describe('A write that Redis does not confirm', () => {
  it('turns the cache off for all replicas, waits until none reads from it, and is shown by all', async () => {
    const id = await cachedTicket();
    const { epoch } = await stateRow();
    redis.proxies[0]?.freeze();
    const begin = performance.now();
    expect((await apis[0].updateStatus(id, 'answered')).status).toBe(200);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(400);
    const read = await apis[1].ticket(id);
    expect([read.body.status, read.headers.get('x-cache')]).toEqual(['answered', 'BYPASS']);
    expect(await stateRow()).toEqual({ epoch: epoch + 1, state: 'off' });
    redis.proxies[0]?.thaw();
    expect((await readFromCache(apis[1], id)).body.status).toBe('answered');
  });

  it('lets the following writes of the outage go on without waiting', async () => {
    const id = await cachedTicket();
    await redis.proxies[0]?.close();
    await apis[0].comment(id);
    const begin = performance.now();
    for (let n = 0; n < 5; n++) expect((await apis[0].comment(id)).status).toBe(201);
    expect(performance.now() - begin).toBeLessThan(5 * 400);
    expect((await apis[1].ticket(id)).body.comment_count).toBe(6);
    await redis.proxies[0]?.open();
  });
});

describe('A writer that is killed between its commit and its eviction', () => {
  it('is shown by the cache once its event is in the feed', async () => {
    const id = await cachedTicket();
    const from = (await apis[1].events('from=now')).body.next_cursor;
    const [writer] = services as [Service];
    postgres.cut = (sent) => {
      if (!sent.includes('change_tickets')) return undefined;
      writer.process.kill('SIGKILL');
      return 'after';
    };
    await expect(apis[0].updateStatus(id, 'answered')).rejects.toThrow();
    const shown = async () => (await apis[1].events(`after=${from}&ticket_id=${id}`)).body.items;
    await eventually(async () => (await shown()).some(({ type }) => type.endsWith('status_changed')));
    expect((await apis[1].ticket(id)).headers.get('etag')).toBe('"2"');
    delete postgres.cut;
    const environment = { ...redis.environment(0), POSTGRES_PORT: String(postgres.port) };
    services[0] = await Service.start({ stores, environment });
    apis[0] = new Api(services[0].url);
  });
});

describe('An erasure while Redis is frozen', () => {
  it('shows nothing any more, and is done once Redis has forgotten the ticket', async () => {
    const { id } = (await apis[0].createTicket({ ...aTicket, text: 'a secret', email: 'bob@example.com' }))
      .body;
    await Promise.all(apis.map(waitForRedis));
    for (const api of apis) await readFromCache(api, id);
    const erase = async (email: string) =>
      (await apis[0].send<Erasure>('POST', '/erasure', json(JSON.stringify({ email, mode: 'redact' })))).body;
    const state = async (erasure: number) =>
      (await apis[1].send<Erasure>('GET', `/erasure/${erasure}`)).body.state;
    const keys = async () => (await redis.command('KEYS', `*:${id}`)) as string[];
    expect(await keys()).not.toEqual([]);

    redis.proxies.forEach((proxy) => {
      proxy.freeze();
    });
    const erasure = await erase('bob@example.com');
    await eventually(async () => (await apis[1].ticket(id)).body.text === '[erased]');
    expect((await apis[0].ticket(id)).body.text).toBe('[erased]');
    await sleep(1_000);
    expect(await state(erasure.id)).toBe('running');
    expect(await keys()).not.toEqual([]);

    redis.proxies.forEach((proxy) => {
      proxy.thaw();
    });
    await Promise.all(apis.map(waitForRedis));
    // Another erasure starts the job, which would look for work within a minute.
    await erase('nobody@example.com');
    await eventually(async () => (await state(erasure.id)) === 'done');
    expect(await keys()).toEqual([]);
  });
});

describe('Versions that do not know cache_state', () => {
  it('cannot write any more', async () => {
    const database = await connect(stores.database);
    const insert = `INSERT INTO event (type, ticket_id, version, data) VALUES ('comment.added', 1, 1000, '{}')`;
    await expect(database.query(insert)).rejects.toThrow('null value in column "at"');
    await database.end();
  });
});

describe('Another database', () => {
  let primary: FaultyPostgres;
  let standby: Awaited<ReturnType<FaultyPostgres['replica']>>;
  let environment: Record<string, string>;
  let proxy: FaultProxy;
  let service: Service;
  let api: Api;

  beforeAll(async () => {
    primary = await FaultyPostgres.start({ fsync: 'off' });
    standby = await primary.replica();
    proxy = await FaultProxy.to(primary.port);
    // The Redis and the prefix of the others.
    environment = { ...environmentOf(stores), ...redis.environment(2), ...primary.environment };
    service = await Service.launch({ ...environment, POSTGRES_PORT: String(proxy.port) });
    api = new Api(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await proxy.close();
    await standby.stop();
    await primary.stop();
  });

  it('on the same Redis, with the same prefix, shows none of the tickets, and its own are not shown', async () => {
    const id = await cachedTicket();
    expect((await api.ticket(id)).status).toBe(404);
    await waitForRedis(api);
    const fields = { theme: 'of the other', text: 'text', email: 'ada@example.com' };
    let created = 0;
    while (created < id) created = (await api.createTicket(fields)).body.id;
    expect((await readFromCache(api, id)).body.theme).toBe('of the other');
    expect((await readFromCache(apis[1], id)).body.theme).not.toBe('of the other');
  });

  it('that is a standby is refused at start with one line', async () => {
    const rejected = await Service.launch({ ...environment, POSTGRES_PORT: String(standby.port) });
    expect(rejected.process.exitCode).toBe(1);
    expect(rejected.output).toMatch(/^PostgreSQL at \S+ is a standby: .+\n$/);
  });

  it('that becomes a standby makes a replica of the service unready, and is not read from', async () => {
    const { id } = (await api.createTicket()).body;
    await readFromCache(api, id);
    proxy.target = standby.port;
    proxy.reset();
    await eventually(async () => (await api.send('GET', '/health/ready')).status === 503);
    expect([(await api.ticket(id)).status, (await api.ticket(id + 1)).status]).toEqual([503, 503]);
    const refused = await api.updateStatus(id, 'answered');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    proxy.target = primary.port;
    proxy.reset();
    await eventually(async () => (await api.send('GET', '/health/ready')).status === 200);
    await eventually(async () => (await api.updateStatus(id, 'answered')).status === 200);
  });
});
