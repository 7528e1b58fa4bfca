/** Response body with the ETag of the version that it shows. */
export interface CacheEntry {
  etag: string;
  body: string;
}

/** Result of a read. After a miss the reader loads from the database, and may fill the cache if the lease is its own. */
export type CacheResult =
  | { outcome: 'HIT'; entry: CacheEntry }
  | { outcome: 'MISS'; lease: string; isOwn: boolean }
  | { outcome: 'BYPASS' };

/**
 * Lease protocol: after a write has invalidated a key, the cache never returns what was loaded before the write.
 *
 * A reader that misses stores a lease under the key, a token with a short life, and may fill the cache only while its
 * token is there. An invalidation deletes the key with its token, so a reader that loaded the old state cannot store it.
 * @see Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, section 3.2.1
 */
export abstract class ResponseCache {
  /** Returns the entry of a key; without one, takes the lease if it is free. */
  abstract read(key: string): Promise<CacheResult>;

  /** Stores an entry that was loaded after the lease was taken, if the lease is still there. */
  abstract fill(key: string, lease: string, entry: CacheEntry): Promise<void>;

  /** Deletes the entry or the lease of a key, after the write has been committed and before it is acknowledged. */
  abstract invalidate(key: string): Promise<void>;

  /** State of the circuit breaker; `closed` while the cache is in use. */
  abstract get state(): 'closed' | 'open' | 'recovering';

  /** False while reads bypass the cache. */
  get inUse(): boolean {
    return this.state === 'closed';
  }
}

/** Life of a lease, longer than any load may take. */
export const leaseMs = 3_000;
