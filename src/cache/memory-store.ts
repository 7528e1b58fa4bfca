import { LRUCache } from 'lru-cache';

import type { Environment } from '../config/environment.js';
import { CacheStore, type CacheEntry, type Eviction } from './ports.js';
import { leaseMs } from './redis-store.js';

const maxCharacters = 64 * 1024 * 1024;

/** Rule 8: the store of the embedded default, in this process. No second process has the same data folder. */
export class MemoryStore extends CacheStore {
  override readonly name = 'memory';
  private readonly values: LRUCache<string, CacheEntry | string>;

  constructor({ REDIS_EXPIRE_TIME }: Environment) {
    super();
    this.values = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (value) => (typeof value === 'string' ? value.length : value.body.length + 1),
      ttl: REDIS_EXPIRE_TIME * 1000,
    });
  }

  override read(key: string, lease: string): Promise<CacheEntry | boolean> {
    const found = this.values.get(key);
    if (found === undefined) this.values.set(key, lease, { ttl: leaseMs });
    return Promise.resolve(typeof found === 'object' ? found : found === undefined);
  }

  override fill(key: string, lease: string, entry: CacheEntry): Promise<void> {
    if (this.values.get(key) === lease) this.values.set(key, entry);
    return Promise.resolve();
  }

  override evict(evictions: Eviction[]): Promise<void> {
    for (const [key] of evictions) this.values.delete(key);
    return Promise.resolve();
  }

  override deleteOthers(prefix: string, kept: string): Promise<void> {
    for (const key of this.values.keys())
      if (key.startsWith(prefix) && !key.startsWith(kept)) this.values.delete(key);
    return Promise.resolve();
  }
}
