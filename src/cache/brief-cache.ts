import { setTimeout as sleep } from 'node:timers/promises';

import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import type { Cache } from 'cache-manager';

import { Redis } from './redis.js';
import { SingleFlight } from './single-flight.js';

/** Age up to which a result is used again. */
const lifeMs = 5_000;

/** Time that a request waits for the cache. */
const waitMs = 50;

/**
 * Keeps results that may be some seconds old in Nest's cache, which is in Redis where REDIS_URL is set. Redis that does not respond counts
 * as an empty cache.
 */
@Injectable()
export class BriefCache {
  private readonly loads = new SingleFlight<unknown>();

  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    @Inject(Redis) private readonly redis: Redis | undefined,
  ) {}

  /** Returns the result of a key, which is loaded if there is none of the last seconds. */
  async getOrLoad<Result>(key: string, load: () => Promise<Result>): Promise<Result> {
    const found = await this.within<Result>(() => this.cache.get<Result>(key));
    if (found !== undefined) return found;
    return (await this.loads.load(key, async () => {
      const result = await load();
      void this.within(() => this.cache.set(key, result, lifeMs));
      return result;
    })) as Result;
  }

  /** Returns undefined if the cache fails or does not respond in time. A connection that does not respond is not used. */
  private async within<Result>(work: () => Promise<Result | undefined>): Promise<Result | undefined> {
    if (this.redis && this.redis.name === undefined) return undefined;
    return Promise.race([work().catch(() => undefined), sleep(waitMs, undefined, { ref: false })]);
  }
}
