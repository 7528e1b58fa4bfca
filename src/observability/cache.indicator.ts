import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

import { Redis } from '../cache/redis.js';
import { ResponseCache } from '../cache/response-cache.js';

/** Reports the cache. The service answers without it too, only slower, so a lost Redis degrades and never fails. */
@Injectable()
export class CacheIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(Redis) private readonly redis: Redis | undefined,
    private readonly cache: ResponseCache,
  ) {}

  /** Whether Redis is in use, or that the cache is in this process. */
  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('cache');
    if (!this.redis) return indicator.up({ store: 'process' });
    return this.cache.inUse ? indicator.up({ store: 'redis' }) : indicator.degraded({ store: 'redis' });
  }
}
