import { defineScript } from '@redis/client';

import { leaseMs, type CacheEntry } from './response-cache.js';

/** Key of an entry in Redis, and the key of the generation of all entries. */
export type CacheKey = [key: string, generation: string];

/** Far longer than the life of an entry, because a new generation makes all entries void. */
const generationMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Finds the valid generation. A generation begins with the replication id of the server that made it. The id changes when
 * Redis restarts and when a replica becomes the primary: both may have lost deletions, so the generation becomes void.
 * @see https://redis.io/docs/latest/commands/info/ master_replid
 */
const findGeneration = `
  local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local generation = redis.call('GET', KEYS[2])
  if generation and string.sub(generation, 1, #id) ~= id then generation = false end`;

/** A value is text in lines: `L` and generation, then the token of a lease; or `E` and generation, ETag, then the body of an entry. */
function parse(value: string): CacheEntry | string {
  const endOfGeneration = value.indexOf('\n');
  if (value.startsWith('L')) return value.slice(endOfGeneration + 1);
  const endOfEtag = value.indexOf('\n', endOfGeneration + 1);
  return { etag: value.slice(endOfGeneration + 1, endOfEtag), body: value.slice(endOfEtag + 1) };
}

/** Redis scripts for the steps of the lease protocol that must be atomic. */
export const leaseScripts = {
  /** Reads an entry or a lease; where there is neither of a valid generation, stores a lease with this token. */
  readOrLease: defineScript({
    NUMBER_OF_KEYS: 2,
    FIRST_KEY_INDEX: 0,
    SCRIPT: `${findGeneration}
      if not generation then
        generation = id .. ARGV[1]
        redis.call('SET', KEYS[2], generation, 'PX', ${generationMs})
      end
      local value = redis.call('GET', KEYS[1])
      local head = generation .. '\\n'
      if value and string.sub(value, 2, #head + 1) == head then return value end
      local lease = 'L' .. head .. ARGV[1]
      redis.call('SET', KEYS[1], lease, 'PX', ${leaseMs})
      return lease`,
    transformArguments: (keys: CacheKey, token: string) => [...keys, token],
    transformReply: parse,
  }),

  /** Replaces the lease with this token by an entry; does nothing where the lease is gone. */
  fillLeased: defineScript({
    NUMBER_OF_KEYS: 2,
    FIRST_KEY_INDEX: 0,
    SCRIPT: `${findGeneration}
      if generation and redis.call('GET', KEYS[1]) == 'L' .. generation .. '\\n' .. ARGV[1] then
        redis.call('SET', KEYS[1], 'E' .. generation .. '\\n' .. ARGV[2], 'PX', ARGV[3])
      end
      return true`,
    transformArguments: (keys: CacheKey, token: string, { etag, body }: CacheEntry, expireMs: number) => [
      ...keys,
      token,
      `${etag}\n${body}`,
      String(expireMs),
    ],
    transformReply: () => undefined,
  }),
};
