import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';

import { Environment } from '../config/environment.js';
import { connectRedis, REDIS, type Redis } from './redis.js';
import { ResponseCache } from './response-cache.js';

/** How much the in-process cache may hold, in characters. */
const inProcessCharacters = 64 * 1024 * 1024;

@Module({
  providers: [{ provide: REDIS, inject: [Environment], useFactory: connectRedis }],
  exports: [REDIS],
})
class RedisModule {}

/** The cache for every room: on Redis where REDIS_URL is set, else in this process. */
@Global()
@Module({
  imports: [
    RedisModule,
    NestCacheModule.registerAsync({
      imports: [RedisModule],
      inject: [REDIS, Environment],
      useFactory: (redis: Redis | undefined, { REDIS_EXPIRE_TIME }: Environment) => ({
        stores: [storeOn(redis)],
        ttl: REDIS_EXPIRE_TIME * 1000,
      }),
    }),
  ],
  providers: [ResponseCache],
  exports: [RedisModule, ResponseCache],
})
export class CacheModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: Redis | undefined) {}

  /** Leaves Redis once the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    if (this.redis?.isOpen) await this.redis.disconnect();
  }
}

function storeOn(redis: Redis | undefined): Keyv {
  const store = redis
    ? new KeyvAdapter(redisInsStore(redis as Parameters<typeof redisInsStore>[0]))
    : inProcessStore();
  const keyv = new Keyv({ store });
  keyv.on('error', (error: Error) => {
    new Logger('Cache').warn(error.message);
  });
  return keyv;
}

/** A bounded store in the shape of the Map that Keyv takes; Keyv keeps the expiry in the entry. */
function inProcessStore(): Pick<Map<string, string>, 'get' | 'set' | 'delete' | 'clear'> {
  const entries = new LRUCache<string, string>({
    maxSize: inProcessCharacters,
    sizeCalculation: (entry) => entry.length,
  });
  return {
    get: (key) => entries.get(key),
    set(key, entry) {
      entries.set(key, entry);
      return this as Map<string, string>;
    },
    delete: (key) => entries.delete(key),
    clear: () => {
      entries.clear();
    },
  };
}
