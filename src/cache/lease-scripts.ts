import { defineScript } from '@redis/client';

import type { CacheEntry } from './response-cache.js';

/** Key of an entry in Redis, and the key of the generation it belongs to. */
export interface CacheKey {
  key: string;
  generation: string;
}

/** How long a generation lasts, by far longer than its entries: with the next one they would all be cold. */
const generationMs = 7 * 24 * 60 * 60 * 1000;

/**
 * What stands under a key: a lease is `L`, its generation and its token; an entry is `E`, its generation, its ETag and
 * its body, a line each, so that it is stored and sent as text.
 */
const leaseMark = 'L';
const entryMark = 'E';

/**
 * The name of the generation that counts, where there is one: a generation lasts no longer than the reign of the server
 * that began it. A server that was started again, or has become the master by a failover, may have lost what it was told
 * last, deletions too; its id of replication is another one then.
 * @see https://redis.io/docs/latest/commands/info/ master_replid
 */
const findGeneration = `
  local reign = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local generation = redis.call('GET', KEYS[2])
  if generation and string.sub(generation, 1, #reign) ~= reign then generation = false end`;

/** What the script found: an entry; the token of somebody's lease; or nothing, in which case the lease is the caller's. */
type Found = CacheEntry | string | undefined;

function parse(value: string | null): Found {
  if (value === null) return undefined;
  const endOfGeneration = value.indexOf('\n');
  if (value.startsWith(leaseMark)) return value.slice(endOfGeneration + 1);
  const endOfEtag = value.indexOf('\n', endOfGeneration + 1);
  return { etag: value.slice(endOfGeneration + 1, endOfEtag), body: value.slice(endOfEtag + 1) };
}

/** The steps of the lease protocol that must be atomic, as scripts of Redis. */
export const leaseScripts = {
  /**
   * Reads a key, or puts a lease there. Where no generation counts, as Redis is empty, or has evicted it, or it was made
   * in another reign, a new one begins: what may be left of an older one can no longer be told from stale.
   */
  readOrLease: defineScript({
    NUMBER_OF_KEYS: 2,
    FIRST_KEY_INDEX: 0,
    SCRIPT: `${findGeneration}
      if not generation then
        generation = reign .. ARGV[1]
        redis.call('SET', KEYS[2], generation, 'PX', ARGV[3])
      end
      local value = redis.call('GET', KEYS[1])
      local head = generation .. '\\n'
      if value and string.sub(value, 2, #head + 1) == head then return value end
      redis.call('SET', KEYS[1], '${leaseMark}' .. head .. ARGV[1], 'PX', ARGV[2])
      return false`,
    transformArguments: ({ key, generation }: CacheKey, token: string, lifeMs: number) => [
      key,
      generation,
      token,
      String(lifeMs),
      String(generationMs),
    ],
    transformReply: parse,
  }),

  /** Puts an entry in the place of a lease, if it is still the caller's. */
  fillLeased: defineScript({
    NUMBER_OF_KEYS: 2,
    FIRST_KEY_INDEX: 0,
    SCRIPT: `${findGeneration}
      if generation and redis.call('GET', KEYS[1]) == '${leaseMark}' .. generation .. '\\n' .. ARGV[1] then
        redis.call('SET', KEYS[1], '${entryMark}' .. generation .. '\\n' .. ARGV[2], 'PX', ARGV[3])
      end
      return true`,
    transformArguments: (
      { key, generation }: CacheKey,
      token: string,
      { etag, body }: CacheEntry,
      lifeMs: number,
    ) => [key, generation, token, `${etag}\n${body}`, String(lifeMs)],
    transformReply: () => undefined,
  }),
};
