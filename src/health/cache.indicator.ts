import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

import { REDIS, type Redis } from '../cache/redis.js';

/** Reports the cache. The service answers without it too, only slower, so a lost Redis degrades and never fails. */
@Injectable()
export class CacheIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(REDIS) private readonly redis: Redis | undefined,
  ) {}

  /** Whether Redis is connected, or that the cache is in this process. */
  check(): HealthIndicatorResult {
    const cache = this.indicators.check('cache');
    if (!this.redis) return cache.up({ store: 'process' });
    return this.redis.isReady ? cache.up({ store: 'redis' }) : cache.degraded({ store: 'redis' });
  }
}
