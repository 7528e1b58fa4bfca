import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readEnvironment } from '../src/config/environment.js';
import { ProcessResponseCache } from '../src/cache/process-response-cache.js';
import { RedisResponseCache } from '../src/cache/redis-response-cache.js';
import { connectRedis, type Redis } from '../src/cache/redis.js';
import type { ResponseCache } from '../src/cache/response-cache.js';
import { FaultyRedis } from './checker/faults.js';
import { eventually } from './support/eventually.js';

let server: FaultyRedis;
let clients: Redis[];
let caches: [RedisResponseCache, RedisResponseCache];

beforeAll(async () => {
  server = await FaultyRedis.start(2);
  const environments = [0, 1].map((n) =>
    readEnvironment({ REDIS_URL: server.url(n), REDIS_EXPIRE_TIME: '60' }),
  );
  clients = environments.flatMap((environment) => connectRedis(environment) ?? []);
  const made = clients.map(
    (client, n) => new RedisResponseCache(client, environments[n] ?? readEnvironment({})),
  );
  caches = made as typeof caches;
  await eventually(() => Promise.resolve(caches.every(({ inUse }) => inUse)));
});

afterAll(async () => {
  caches.forEach((cache) => {
    cache.onApplicationShutdown();
  });
  await Promise.all(clients.map((client) => client.disconnect()));
  await server.stop();
});

const entry = { etag: '"1"', body: '{"text":"line\\nline"}\n' };

async function lease(cache: ResponseCache, key: string): Promise<string> {
  const reading = await cache.read(key);
  if (reading.outcome !== 'MISS' || !reading.isOwn) throw new Error(`No lease, but ${reading.outcome}`);
  return reading.lease;
}

describe.each([
  ['of two replicas on Redis', () => caches],
  [
    'in the process',
    () => {
      const cache = new ProcessResponseCache(readEnvironment({}));
      return [cache, cache] as const;
    },
  ],
])('The lease protocol %s', (name, make) => {
  it('keeps what the holder of the lease fills in, as it stands', async () => {
    const [first, second] = make();
    const key = `${name}:fill`;
    await first.fill(key, await lease(first, key), entry);
    expect(await second.read(key)).toEqual({ outcome: 'HIT', entry });
  });

  it('gives one lease at a time', async () => {
    const [first, second] = make();
    const key = `${name}:one`;
    const held = await lease(first, key);
    expect(await second.read(key)).toEqual({ outcome: 'MISS', lease: held, isOwn: false });
  });

  it('drops a fill whose lease a write has taken away', async () => {
    const [first, second] = make();
    const key = `${name}:write`;
    const old = await lease(first, key);
    await second.invalidate(key);
    await first.fill(key, old, entry);
    const next = await lease(second, key);
    await first.fill(key, old, entry);
    await second.fill(key, next, { ...entry, etag: '"2"' });
    expect(await first.read(key)).toMatchObject({ outcome: 'HIT', entry: { etag: '"2"' } });
  });

  it('forgets an entry at a write', async () => {
    const [first, second] = make();
    const key = `${name}:forget`;
    await first.fill(key, await lease(first, key), entry);
    await second.invalidate(key);
    expect((await first.read(key)).outcome).toBe('MISS');
  });
});

describe('A replica that has lost Redis', () => {
  it('forgets the keys of its writes before it trusts Redis again', async () => {
    const [lost, other] = caches;
    await other.fill('lost', await lease(other, 'lost'), entry);
    await server.gates[0]?.close();
    await lost.invalidate('lost');
    expect(await lost.read('lost')).toEqual({ outcome: 'BYPASS' });

    await server.gates[0]?.open();
    await eventually(() => Promise.resolve(lost.inUse));
    expect((await lost.read('lost')).outcome).toBe('MISS');
  });

  it('makes a new generation where there are too many to remember', async () => {
    const [lost, other] = caches;
    await other.fill('kept', await lease(other, 'kept'), entry);
    await server.gates[0]?.close();
    // The first one finds Redis gone, and waits its time for it.
    await eventually(async () => {
      await lost.invalidate('0');
      return !lost.inUse;
    });
    for (let n = 0; n <= 10_000; n++) await lost.invalidate(String(n));

    await server.gates[0]?.open();
    await eventually(() => Promise.resolve(lost.inUse));
    expect((await other.read('kept')).outcome).toBe('MISS');
  }, 60_000);
});
