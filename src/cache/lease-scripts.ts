import { defineScript } from '@redis/client';

import type { CacheEntry } from './response-cache.js';

/** The key that names the current generation: entries of another one count for nothing. */
export const generationKey = 'ticket-system:generation';

/** How long a generation lasts, by far longer than its entries: with the next one they would all be cold. */
export const generationMs = 7 * 24 * 60 * 60 * 1000;

/**
 * What stands under a key: a lease is `L` and its token; an entry is `E`, its generation, its ETag and its body, a line
 * each, so that it is stored and sent as text.
 */
const leaseMark = 'L';

/** What the script found: an entry; the token of somebody's lease; or nothing, in which case the lease is the caller's. */
export type Found = CacheEntry | string | undefined;

function parse(value: string | null): Found {
  if (value === null) return undefined;
  if (value.startsWith(leaseMark)) return value.slice(leaseMark.length);
  const endOfGeneration = value.indexOf('\n');
  const endOfEtag = value.indexOf('\n', endOfGeneration + 1);
  return { etag: value.slice(endOfGeneration + 1, endOfEtag), body: value.slice(endOfEtag + 1) };
}

/** The steps of the lease protocol that must be atomic, as scripts of Redis. */
export const leaseScripts = {
  /**
   * Reads a key, or puts a lease there. Where there is no generation, as Redis is empty or has evicted it, a new one
   * begins: what may be left of an older one can no longer be told from stale.
   */
  readOrLease: defineScript({
    NUMBER_OF_KEYS: 2,
    SCRIPT: `
      local generation = redis.call('GET', KEYS[2])
      if not generation then
        generation = ARGV[1]
        redis.call('SET', KEYS[2], generation, 'PX', ARGV[3])
      end
      local value = redis.call('GET', KEYS[1])
      if value and string.sub(value, 1, 1) == '${leaseMark}' then return value end
      local head = 'E' .. generation .. '\\n'
      if value and string.sub(value, 1, #head) == head then return value end
      redis.call('SET', KEYS[1], '${leaseMark}' .. ARGV[1], 'PX', ARGV[2])
      return false`,
    transformArguments: (key: string, token: string, lifeMs: number) => [
      key,
      generationKey,
      token,
      String(lifeMs),
      String(generationMs),
    ],
    transformReply: parse,
  }),

  /** Puts an entry in the place of a lease, if it is still the caller's. */
  fillLeased: defineScript({
    NUMBER_OF_KEYS: 2,
    SCRIPT: `
      local generation = redis.call('GET', KEYS[2])
      if generation and redis.call('GET', KEYS[1]) == '${leaseMark}' .. ARGV[1] then
        redis.call('SET', KEYS[1], 'E' .. generation .. '\\n' .. ARGV[2], 'PX', ARGV[3])
      end
      return true`,
    transformArguments: (key: string, token: string, { etag, body }: CacheEntry, lifeMs: number) => [
      key,
      generationKey,
      token,
      `${etag}\n${body}`,
      String(lifeMs),
    ],
    transformReply: () => undefined,
  }),
};
