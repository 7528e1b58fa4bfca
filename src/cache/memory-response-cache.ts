import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { Environment } from '../config/environment.js';
import { leaseMs, ResponseCache, type CacheEntry, type CacheResult } from './response-cache.js';

/** How much the cache may hold, in characters. */
const maxCharacters = 64 * 1024 * 1024;

/** The cache in this process, for a service of one process alone. Each step is synchronous, and so atomic. */
@Injectable()
export class MemoryResponseCache extends ResponseCache {
  override readonly state = 'closed';
  private readonly kept: LRUCache<string, CacheEntry | string>;

  constructor({ REDIS_EXPIRE_TIME }: Environment) {
    super();
    this.kept = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (value) => (typeof value === 'string' ? value.length : value.body.length + 1),
      ttl: REDIS_EXPIRE_TIME * 1000,
    });
  }

  override read(key: string): Promise<CacheResult> {
    const found = this.kept.get(key);
    if (typeof found === 'object') return Promise.resolve({ outcome: 'HIT', entry: found });
    if (found !== undefined) return Promise.resolve({ outcome: 'MISS', lease: found, isOwn: false });
    const lease = randomUUID();
    this.kept.set(key, lease, { ttl: leaseMs });
    return Promise.resolve({ outcome: 'MISS', lease, isOwn: true });
  }

  override fill(key: string, lease: string, entry: CacheEntry): Promise<void> {
    if (this.kept.get(key) === lease) this.kept.set(key, entry);
    return Promise.resolve();
  }

  override invalidate(key: string): Promise<void> {
    this.kept.delete(key);
    return Promise.resolve();
  }
}
