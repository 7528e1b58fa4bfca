import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MemoryResponseCache } from '../../src/cache/memory-response-cache.js';
import type { RedisResponseCache } from '../../src/cache/redis-response-cache.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { openCache, closeCaches, entry, readWithRetry, takeLease } from '../support/caches.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { eventually } from '../support/eventually.js';

let server: FaultyRedis;
let replica: FaultyRedis;
let caches: [RedisResponseCache, RedisResponseCache];

beforeAll(async () => {
  [server, replica] = await Promise.all([startRedis(2), startRedis(0)]);
  caches = [await openCache(server.environment(0)), await openCache(server.environment(1))];
});

afterAll(async () => {
  closeCaches();
  await Promise.all([server.stop(), replica.stop()]);
});

describe.each([
  ['of two replicas on Redis', () => caches],
  [
    'in the process',
    () => {
      const cache = new MemoryResponseCache(readEnvironment({}));
      return [cache, cache] as const;
    },
  ],
])('The lease protocol %s', (name, createCaches) => {
  it('stores the entry of the lease holder byte for byte', async () => {
    const [first, second] = createCaches();
    const key = `${name}:fill`;
    await first.fill(key, await takeLease(first, key), entry);
    expect(await readWithRetry(second, key)).toEqual({ outcome: 'HIT', entry });
  });

  it('grants one lease at a time', async () => {
    const [first, second] = createCaches();
    const key = `${name}:one`;
    const lease = await takeLease(first, key);
    expect(await readWithRetry(second, key)).toEqual({ outcome: 'MISS', lease, isOwn: false });
  });

  it('ignores a fill whose lease a write has revoked', async () => {
    const [first, second] = createCaches();
    const key = `${name}:write`;
    const old = await takeLease(first, key);
    await second.invalidate(key);
    await first.fill(key, old, entry);
    const current = await takeLease(second, key);
    await first.fill(key, old, entry);
    await second.fill(key, current, { ...entry, etag: '"2"' });
    expect(await readWithRetry(first, key)).toMatchObject({ outcome: 'HIT', entry: { etag: '"2"' } });
  });

  it('invalidates an entry at a write', async () => {
    const [first, second] = createCaches();
    const key = `${name}:invalidate`;
    await first.fill(key, await takeLease(first, key), entry);
    await second.invalidate(key);
    expect((await readWithRetry(first, key)).outcome).toBe('MISS');
  });
});

describe('A replica disconnected from Redis', () => {
  it('invalidates the keys of its writes before it uses Redis again, and no others', async () => {
    const [disconnected, other] = caches;
    await other.fill('lost', await takeLease(other, 'lost'), entry);
    await other.fill('another', await takeLease(other, 'another'), entry);
    await server.proxies[0]?.close();
    await disconnected.invalidate('lost');
    expect(await disconnected.read('lost')).toEqual({ outcome: 'BYPASS' });

    await server.proxies[0]?.open();
    await eventually(() => Promise.resolve(disconnected.inUse));
    expect((await readWithRetry(disconnected, 'lost')).outcome).toBe('MISS');
    expect((await readWithRetry(disconnected, 'another')).outcome).toBe('HIT');
  });

  it('retries an invalidation until Redis confirms it', async () => {
    const [disconnected, other] = caches;
    const [proxy] = server.proxies;
    await other.fill('twice', await takeLease(other, 'twice'), entry);
    await proxy?.close();
    await disconnected.invalidate('twice');
    let cuts = 0;
    if (proxy) proxy.cut = (sent) => (sent.includes('DEL') && cuts++ < 2 ? 'before' : undefined);
    await proxy?.open();
    await eventually(() => Promise.resolve(disconnected.inUse));
    delete proxy?.cut;
    expect(cuts).toBeGreaterThan(1);
    expect((await readWithRetry(disconnected, 'twice')).outcome).toBe('MISS');
  });

  it('invalidates the whole cache after more writes than it remembers', async () => {
    const [disconnected, other] = caches;
    await other.fill('kept', await takeLease(other, 'kept'), entry);
    const lease = await takeLease(other, 'leased long');
    await server.proxies[0]?.close();
    // The first invalidation waits for its deadline and opens the breaker.
    await eventually(async () => {
      await disconnected.invalidate('0');
      return !disconnected.inUse;
    });
    for (let n = 0; n <= 10_000; n++) await disconnected.invalidate(String(n));

    await server.proxies[0]?.open();
    await eventually(() => Promise.resolve(disconnected.inUse));
    expect((await readWithRetry(other, 'kept')).outcome).toBe('MISS');
    // The holder of this lease may have read the database before those writes.
    await other.fill('leased long', lease, entry);
    expect((await readWithRetry(other, 'leased long')).outcome).toBe('MISS');
  });
});

describe('An entry whose invalidation Redis has lost', () => {
  it('is not served after a restart from an old snapshot', async () => {
    const [cache] = caches;
    await cache.fill('snapshot', await takeLease(cache, 'snapshot'), entry);
    const lease = await takeLease(cache, 'leased');
    await server.command('SAVE');
    await cache.invalidate('snapshot');
    await cache.invalidate('leased');
    await server.kill();
    await server.launch();

    expect((await readWithRetry(cache, 'snapshot')).outcome).toBe('MISS');
    expect((await readWithRetry(cache, 'leased')).outcome).toBe('MISS');
    await cache.fill('leased', lease, entry);
    expect((await readWithRetry(cache, 'leased')).outcome).toBe('MISS');
  });

  it('is not served after a failover', async () => {
    const [writer, reader] = caches;
    await writer.fill('failover', await takeLease(writer, 'failover'), entry);
    await replica.command('REPLICAOF', '127.0.0.1', String(server.port));
    await eventually(async () => (await replica.command('EXISTS', 'failover')) === 1);
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await writer.invalidate('failover');
    await server.kill();
    await replica.command('CONFIG', 'SET', 'port', String(server.port));

    expect(await server.command('GET', 'failover')).toContain('line');
    expect((await readWithRetry(reader, 'failover')).outcome).toBe('MISS');
  });
});
