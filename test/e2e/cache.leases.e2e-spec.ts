import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readEnvironment } from '../../src/config/read-environment.js';
import { MemoryResponseCache } from '../../src/cache/memory-response-cache.js';
import type { RedisResponseCache } from '../../src/cache/redis-response-cache.js';
import { RedisKeys } from '../../src/cache/redis-keys.js';
import { startCluster, type FaultyCluster } from '../support/checker/faulty-cluster.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { answered, cacheOn, closeCaches, entry, lease } from '../support/caches.js';
import { eventually } from '../support/eventually.js';

let server: FaultyRedis;
let cluster: FaultyCluster;
let caches: [RedisResponseCache, RedisResponseCache];
let cachesOnCluster: [RedisResponseCache, RedisResponseCache];

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(2), startCluster()]);
  caches = [await cacheOn(server.environment(0)), await cacheOn(server.environment(1))];
  cachesOnCluster = [await cacheOn(cluster.environment()), await cacheOn(cluster.environment())];
});

afterAll(async () => {
  closeCaches();
  await Promise.all([server.stop(), cluster.stop()]);
});

describe.each([
  ['of two replicas on Redis', () => caches],
  ['of two replicas on a Redis Cluster', () => cachesOnCluster],
  [
    'in the process',
    () => {
      const cache = new MemoryResponseCache(readEnvironment({}));
      return [cache, cache] as const;
    },
  ],
])('The lease protocol %s', (name, make) => {
  it('keeps what the holder of the lease fills in, as it stands', async () => {
    const [first, second] = make();
    const key = `${name}:fill`;
    await first.fill(key, await lease(first, key), entry);
    expect(await answered(second, key)).toEqual({ outcome: 'HIT', entry });
  });

  it('gives one lease at a time', async () => {
    const [first, second] = make();
    const key = `${name}:one`;
    const held = await lease(first, key);
    expect(await answered(second, key)).toEqual({ outcome: 'MISS', lease: held, isOwn: false });
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
    expect(await answered(first, key)).toMatchObject({ outcome: 'HIT', entry: { etag: '"2"' } });
  });

  it('forgets an entry at a write', async () => {
    const [first, second] = make();
    const key = `${name}:forget`;
    await first.fill(key, await lease(first, key), entry);
    await second.invalidate(key);
    expect((await answered(first, key)).outcome).toBe('MISS');
  });
});

describe('A replica that has lost Redis', () => {
  it('forgets the keys of its writes before it trusts Redis again, and no others', async () => {
    const [lost, other] = caches;
    await other.fill('lost', await lease(other, 'lost'), entry);
    await other.fill('another', await lease(other, 'another'), entry);
    await server.gates[0]?.close();
    await lost.invalidate('lost');
    expect(await lost.read('lost')).toEqual({ outcome: 'BYPASS' });

    await server.gates[0]?.open();
    await eventually(() => Promise.resolve(lost.inUse));
    expect((await answered(lost, 'lost')).outcome).toBe('MISS');
    expect((await answered(lost, 'another')).outcome).toBe('HIT');
  });

  it('sends their deletion again where that was lost too', async () => {
    const [lost, other] = caches;
    const [gate] = server.gates;
    await other.fill('twice', await lease(other, 'twice'), entry);
    await gate?.close();
    await lost.invalidate('twice');
    let cuts = 0;
    if (gate) gate.cut = (sent) => (sent.includes('DEL') && cuts++ < 2 ? 'before' : undefined);
    await gate?.open();
    await eventually(() => Promise.resolve(lost.inUse));
    delete gate?.cut;
    expect(cuts).toBeGreaterThan(1);
    expect((await answered(lost, 'twice')).outcome).toBe('MISS');
  });

  it('makes a new generation where there are too many to remember', async () => {
    const [lost, other] = caches;
    await other.fill('kept', await lease(other, 'kept'), entry);
    const held = await lease(other, 'held');
    await server.gates[0]?.close();
    // The first one finds Redis gone, and waits its time for it.
    await eventually(async () => {
      await lost.invalidate('0');
      return !lost.inUse;
    });
    for (let n = 0; n <= 10_000; n++) await lost.invalidate(String(n));

    await server.gates[0]?.open();
    await eventually(() => Promise.resolve(lost.inUse));
    expect((await answered(other, 'kept')).outcome).toBe('MISS');
    // Who holds it may have read before any of those writes.
    await other.fill('held', held, entry);
    expect((await answered(other, 'held')).outcome).toBe('MISS');
  }, 60_000);
});

describe('On a cluster', () => {
  it('a key is found again once another node has become its master', async () => {
    const [cache] = cachesOnCluster;
    const { key } = new RedisKeys('').locate('moved');
    await cache.fill('moved', await lease(cache, 'moved'), entry);
    const { master, replica } = cluster.shardOf(key);
    cluster.tell(replica, 'cluster', 'failover');
    await cluster.promoted(master);
    await eventually(async () => {
      const reading = await cache.read('moved');
      if (reading.outcome === 'MISS') await cache.fill('moved', reading.lease, entry);
      return reading.outcome === 'HIT';
    });
    await cluster.settled();
  }, 30_000);
});

describe('What Redis has forgotten that it was told', () => {
  it('does not come back with an old snapshot', async () => {
    const [cache] = caches;
    await cache.fill('snapshot', await lease(cache, 'snapshot'), entry);
    const held = await lease(cache, 'leased');
    await server.command('SAVE');
    await cache.invalidate('snapshot');
    await cache.invalidate('leased');
    await server.kill();
    await server.launch();

    expect((await answered(cache, 'snapshot')).outcome).toBe('MISS');
    expect((await answered(cache, 'leased')).outcome).toBe('MISS');
    await cache.fill('leased', held, entry);
    expect((await answered(cache, 'leased')).outcome).toBe('MISS');
  });

  it('does not come back with a failover', async () => {
    const [writer, reader] = cachesOnCluster;
    const { key } = new RedisKeys('').locate('lost');
    await writer.fill('lost', await lease(writer, 'lost'), entry);
    const shard = cluster.shardOf(key);
    cluster.tell(shard.master, 'wait', '1', '1000');
    await cluster.failOverLosing(0, shard, async () => {
      await writer.invalidate('lost');
      expect((await answered(reader, 'lost')).outcome).toBe('MISS');
    });
    expect(cluster.tell(shard.replica, 'get', key)).toContain('line');
    expect((await answered(reader, 'lost')).outcome).toBe('MISS');
  }, 60_000);
});
