import { randomUUID } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import type { Environment } from '../config/environment.js';
import { leaseMs, ResponseCache, type CacheEntry, type CacheResult } from './response-cache.js';

const maxCharacters = 64 * 1024 * 1024;

/** Cache in this process, for a service without replicas. Each step is synchronous, and therefore atomic. */
export class MemoryResponseCache extends ResponseCache {
  override readonly state = 'closed';
  private readonly entries: LRUCache<string, CacheEntry | string>;

  constructor({ REDIS_EXPIRE_TIME }: Environment) {
    super();
    this.entries = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (value) => (typeof value === 'string' ? value.length : value.body.length + 1),
      ttl: REDIS_EXPIRE_TIME * 1000,
    });
  }

  override read(key: string): Promise<CacheResult> {
    const found = this.entries.get(key);
    if (typeof found === 'object') return Promise.resolve({ outcome: 'HIT', entry: found });
    const lease = found ?? randomUUID();
    if (found === undefined) this.entries.set(key, lease, { ttl: leaseMs });
    return Promise.resolve({ outcome: 'MISS', lease, isOwn: found === undefined });
  }

  override fill(key: string, lease: string, entry: CacheEntry): Promise<void> {
    if (this.entries.get(key) === lease) this.entries.set(key, entry);
    return Promise.resolve();
  }

  override invalidate(key: string): Promise<void> {
    this.entries.delete(key);
    return Promise.resolve();
  }
}
