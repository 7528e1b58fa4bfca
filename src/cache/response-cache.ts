import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable, Logger } from '@nestjs/common';

/** An answer as it is sent: its body, and the ETag of the version that it shows. */
export interface CacheEntry {
  body: string;
  etag: string;
}

/**
 * Answers that can be given again, each under the key of the thing it shows. The cache is a help, never a need:
 * where it fails, its caller is told that it holds nothing.
 */
@Injectable()
export class ResponseCache {
  private readonly logger = new Logger('Cache');

  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  /** The answer kept under this key, if there is one. */
  read(key: string): Promise<CacheEntry | undefined> {
    return this.ignoringFaults(() => this.cache.get<CacheEntry>(key));
  }

  /** Keeps an answer under this key for REDIS_EXPIRE_TIME. */
  async fill(key: string, entry: CacheEntry): Promise<void> {
    await this.ignoringFaults(() => this.cache.set(key, entry));
  }

  /** Forgets what is kept under this key: after a write has been committed, before it is answered. */
  async invalidate(key: string): Promise<void> {
    await this.ignoringFaults(() => this.cache.del(key));
  }

  private async ignoringFaults<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await call();
    } catch (error) {
      this.logger.warn(error instanceof Error ? error.message : error);
      return undefined;
    }
  }
}
