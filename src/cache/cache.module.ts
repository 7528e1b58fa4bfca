import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';

import { Environment } from '../config/environment.js';
import { connectRedis } from './connect-redis.js';
import { MemoryResponseCache } from './memory-response-cache.js';
import { RedisResponseCache } from './redis-response-cache.js';
import { Redis } from './redis.js';
import { ResponseCache } from './response-cache.js';
import { TicketCache } from './ticket-cache.js';

@Module({
  providers: [{ provide: Redis, inject: [Environment], useFactory: connectRedis }],
  exports: [Redis],
})
class RedisModule {}

/**
 * The cache for every room: on Redis where REDIS_URL is set, else in this process. Nest's cache manager is there on the same
 * connection, for what is added and needs no more than that; tickets go past it, as leases need steps that are atomic in Redis.
 */
@Global()
@Module({
  imports: [
    RedisModule,
    NestCacheModule.registerAsync({
      imports: [RedisModule],
      inject: [Redis, Environment],
      useFactory: (redis: Redis | undefined, { REDIS_EXPIRE_TIME }: Environment) => ({
        ttl: REDIS_EXPIRE_TIME * 1000,
        ...(redis && { stores: [new Keyv({ store: new KeyvAdapter(redis.store) })] }),
      }),
    }),
  ],
  providers: [
    {
      provide: ResponseCache,
      inject: [Redis, Environment],
      useFactory: (redis: Redis | undefined, environment: Environment) =>
        redis ? new RedisResponseCache(redis, environment) : new MemoryResponseCache(environment),
    },
    TicketCache,
  ],
  exports: [RedisModule, ResponseCache, TicketCache],
})
export class CacheModule implements OnApplicationShutdown {
  constructor(@Inject(Redis) private readonly redis: Redis | undefined) {}

  /** Leaves Redis once the last request has been answered. */
  onApplicationShutdown(): void {
    this.redis?.close();
  }
}
