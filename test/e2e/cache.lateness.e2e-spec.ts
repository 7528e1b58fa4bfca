import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { RedisResponseCache } from '../../src/cache/redis-response-cache.js';
import type { CacheResult } from '../../src/cache/response-cache.js';
import { startRedis, type FaultyRedis } from '../support/checker/faulty-redis.js';
import { times } from '../support/api.js';
import { openCache, closeCaches } from '../support/caches.js';
import { eventually } from '../support/eventually.js';
import type { FaultProxy } from '../support/fault-proxy.js';

describe('A Redis that misses deadlines', () => {
  const outcomes = (results: CacheResult[]) => results.map(({ outcome }) => outcome);
  /** Latency in each direction; exceeds the deadline with its extra time for a busy process. */
  const lateMs = 80;
  let server: FaultyRedis;
  let proxy: FaultProxy;
  let cache: RedisResponseCache;

  beforeAll(async () => {
    server = await startRedis(1);
    [proxy] = server.proxies as [FaultProxy];
    cache = await openCache(server.environment(0));
  });

  afterAll(async () => {
    closeCaches();
    await server.stop();
  });

  it('stays in use after one miss, and after simultaneous misses of many commands', async () => {
    await cache.read('late');
    proxy.latencyMs = lateMs;
    const results = await times(10, (n) => cache.read(`late ${n}`));
    proxy.latencyMs = 0;
    expect(outcomes(results)).toEqual(results.map(() => 'BYPASS'));
    expect(cache.inUse).toBe(true);
    await eventually(async () => (await cache.read('late')).outcome !== 'BYPASS', 900);
  });

  it('is not used after three misses in a row', async () => {
    proxy.latencyMs = lateMs;
    for (const isInUse of [true, true, false]) {
      await cache.read('late');
      expect(cache.inUse).toBe(isInUse);
      // Reads bypass a Redis with a pending command, so its response must arrive first.
      await sleep(4 * lateMs);
    }
    proxy.latencyMs = 0;
    await eventually(() => Promise.resolve(cache.inUse));
  });

  it('is bypassed while it has a pending command', async () => {
    proxy.freeze();
    const first = cache.read('silent');
    await sleep(25);
    const begin = performance.now();
    expect((await cache.read('silent')).outcome).toBe('BYPASS');
    expect(performance.now() - begin).toBeLessThan(15);
    expect((await first).outcome).toBe('BYPASS');
    proxy.thaw();
    await eventually(async () => (await cache.read('silent')).outcome !== 'BYPASS', 900);
    expect(cache.inUse).toBe(true);
  });

  it('is not used after half a second without a response', async () => {
    proxy.freeze();
    await cache.read('silent');
    expect((await cache.read('silent')).outcome).toBe('BYPASS');
    expect(cache.inUse).toBe(true);
    await sleep(550);
    expect((await cache.read('silent')).outcome).toBe('BYPASS');
    expect(cache.inUse).toBe(false);
    proxy.thaw();
    await eventually(() => Promise.resolve(cache.inUse));
  });

  it('is bypassed during the quarantine', async () => {
    await proxy.close();
    await cache.invalidate('back');
    await proxy.open();
    await eventually(() => Promise.resolve(cache.state === 'recovering'));
    expect((await cache.read('back')).outcome).toBe('BYPASS');
    await eventually(() => Promise.resolve(cache.inUse));
  });
});
