import { connectRedis } from '../../src/cache/connect-redis.js';
import { RedisResponseCache } from '../../src/cache/redis-response-cache.js';
import type { Redis } from '../../src/cache/redis.js';
import type { CacheResult, ResponseCache } from '../../src/cache/response-cache.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { eventually } from './eventually.js';

const made: { redis: Redis; cache: RedisResponseCache }[] = [];

/** A cache as a replica of the service has it, once it is in use. */
export async function cacheOn(environment: Record<string, string>): Promise<RedisResponseCache> {
  const read = readEnvironment({ ...environment, REDIS_EXPIRE_TIME: '60' });
  const redis = connectRedis(read);
  if (!redis) throw new Error('There is no REDIS_URL');
  const cache = new RedisResponseCache(redis, read);
  made.push({ redis, cache });
  await eventually(() => Promise.resolve(cache.inUse));
  return cache;
}

/** Ends all that were made. */
export function closeCaches(): void {
  for (const { redis, cache } of made) {
    cache.onApplicationShutdown();
    redis.close();
  }
}

/** Something to keep. */
export const entry = { etag: '"1"', body: '{"text":"line\\nline"}\n' };

/**
 * What a cache answers: on a machine with other work Redis may be late for a call, which is then a BYPASS.
 * @param afterBypass what is done before it is asked again
 */
export async function answered(
  cache: ResponseCache,
  key: string,
  afterBypass?: () => Promise<void>,
): Promise<CacheResult> {
  let reading: CacheResult = { outcome: 'BYPASS' };
  await eventually(async () => {
    reading = await cache.read(key);
    if (reading.outcome === 'BYPASS') await afterBypass?.();
    return reading.outcome !== 'BYPASS';
  });
  return reading;
}

/** The lease on a key that nothing stands under. */
export async function lease(cache: ResponseCache, key: string): Promise<string> {
  // A read that was late has left a lease that nobody knows.
  const reading = await answered(cache, key, () => cache.invalidate(key));
  if (reading.outcome !== 'MISS' || !reading.isOwn) throw new Error(`No lease, but ${reading.outcome}`);
  return reading.lease;
}
