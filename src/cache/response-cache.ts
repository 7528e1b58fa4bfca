/** An answer as it is sent: its body, and the ETag of the version that it shows. */
export interface CacheEntry {
  etag: string;
  body: string;
}

/**
 * What the cache knows of a key: an entry to answer with; or nothing but a lease, in which case the reader answers from
 * the database, and may fill the cache if the lease is its own; or that it must not be asked now.
 */
export type CacheResult =
  | { outcome: 'HIT'; entry: CacheEntry }
  | { outcome: 'MISS'; lease: string; isOwn: boolean }
  | { outcome: 'BYPASS' };

/**
 * The lease protocol: after a write has invalidated a key, nothing that was read before the write is ever given out.
 *
 * Who finds nothing under a key puts a lease there, a token with a short life, and may fill the cache only while its
 * own token still stands. An invalidation deletes the key, token and all; so a reader that loaded the old state before
 * the write finds its token gone, and stores nothing.
 * @see Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, section 3.2.1
 */
export abstract class ResponseCache {
  /** Looks a key up; where nothing is there, tries to get the lease on it. */
  abstract read(key: string): Promise<CacheResult>;

  /** Stores an entry that was loaded after the lease was given, if the lease still stands. */
  abstract fill(key: string, lease: string, entry: CacheEntry): Promise<void>;

  /** Forgets a key: after the write has been committed, before it is answered. */
  abstract invalidate(key: string): Promise<void>;

  /** Whether the cache is in use (closed), away (open), or back and not yet trusted (recovering). */
  abstract get state(): 'closed' | 'open' | 'recovering';

  /** Whether the cache is in use, or the service does without it for now. */
  get inUse(): boolean {
    return this.state === 'closed';
  }
}

/** How long a lease stands: longer than any load may take. */
export const leaseMs = 3_000;
