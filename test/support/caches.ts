import { RedisResponseCache } from '../../src/cache/redis-response-cache.js';
import { Redis } from '../../src/cache/redis.js';
import type { CacheResult, ResponseCache } from '../../src/cache/response-cache.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { eventually } from './eventually.js';

const opened: { redis: Redis; cache: RedisResponseCache }[] = [];

/** Connects a cache as a replica of the service does; resolves once the cache uses Redis. */
export async function openCache(environment: Record<string, string>): Promise<RedisResponseCache> {
  const settings = readEnvironment({ ...environment, REDIS_EXPIRE_TIME: '60' });
  if (settings.REDIS_URL === undefined) throw new Error('REDIS_URL is missing');
  const redis = new Redis(settings.REDIS_URL, settings);
  const cache = new RedisResponseCache(redis, settings);
  opened.push({ redis, cache });
  await eventually(() => Promise.resolve(cache.inUse));
  return cache;
}

/** Closes all caches that `openCache` opened. */
export function closeCaches(): void {
  for (const { redis, cache } of opened) {
    cache.onApplicationShutdown();
    redis.onApplicationShutdown();
  }
}

/** Cache entry with characters that need escaping. */
export const entry = { etag: '"1"', body: '{"text":"line\\nline"}\n' };

/**
 * Repeats a read until the result is not BYPASS, because on a busy machine Redis may miss the deadline of a command.
 * @param afterBypass runs before each retry
 */
export async function readWithRetry(
  cache: ResponseCache,
  key: string,
  afterBypass?: () => Promise<void>,
): Promise<CacheResult> {
  let result: CacheResult = { outcome: 'BYPASS' };
  await eventually(async () => {
    result = await cache.read(key);
    if (result.outcome === 'BYPASS') await afterBypass?.();
    return result.outcome !== 'BYPASS';
  });
  return result;
}

/** Takes the lease on a key that has no entry. */
export async function takeLease(cache: ResponseCache, key: string): Promise<string> {
  // A read that missed its deadline may have left a lease whose token is lost.
  const result = await readWithRetry(cache, key, () => cache.invalidate(key));
  if (result.outcome !== 'MISS' || !result.isOwn) throw new Error(`No lease, but ${result.outcome}`);
  return result.lease;
}
