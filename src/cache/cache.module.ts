import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';

import { Environment } from '../config/environment.js';
import { MemoryResponseCache } from './memory-response-cache.js';
import { RedisResponseCache } from './redis-response-cache.js';
import { Redis } from './redis.js';
import { ResponseCache } from './response-cache.js';
import { TicketCache } from './ticket-cache.js';

/**
 * Cache in Redis where REDIS_URL is set, else in this process. CACHE_MANAGER uses the same connection. Tickets do not use
 * CACHE_MANAGER, because leases need steps that are atomic in Redis.
 */
@Global()
@Module({
  imports: [
    NestCacheModule.registerAsync({
      inject: [Redis, Environment],
      useFactory: (redis: Redis | undefined, { REDIS_EXPIRE_TIME, REDIS_KEY_PREFIX }: Environment) => ({
        ttl: REDIS_EXPIRE_TIME * 1000,
        ...(redis && {
          stores: [new Keyv({ store: new KeyvAdapter(redis.store), namespace: `${REDIS_KEY_PREFIX}keyv` })],
        }),
      }),
    }),
  ],
  providers: [
    {
      provide: Redis,
      inject: [Environment],
      useFactory: (environment: Environment) =>
        environment.REDIS_URL === undefined ? undefined : new Redis(environment.REDIS_URL, environment),
    },
    {
      provide: ResponseCache,
      inject: [Redis, Environment],
      useFactory: (redis: Redis | undefined, environment: Environment) =>
        redis ? new RedisResponseCache(redis, environment) : new MemoryResponseCache(environment),
    },
    TicketCache,
  ],
  exports: [Redis, ResponseCache, TicketCache],
})
export class CacheModule {}
