var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';
import { Environment } from '../config/environment.js';
import { BriefCache } from './brief-cache.js';
import { CacheKeeper } from './cache-keeper.js';
import { CacheStateRepository } from './cache-state.repository.js';
import { CacheView } from './cache-view.js';
import { MemoryStore } from './memory-store.js';
import { CacheStore, Clock } from './ports.js';
import { RedisStore } from './redis-store.js';
import { Redis } from './redis.js';
import { TicketCache } from './ticket-cache.js';
/**
 * Cache in Redis where REDIS_URL is set, else in this process. CACHE_MANAGER uses the same connection, for counts. Tickets do not use
 * CACHE_MANAGER, because leases need steps that are atomic in Redis.
 */
let CacheModule = class CacheModule {
};
CacheModule = __decorate([
    Global(),
    Module({
        imports: [
            NestCacheModule.registerAsync({
                inject: [Redis, Environment],
                useFactory: (redis, { REDIS_EXPIRE_TIME, REDIS_KEY_PREFIX }) => ({
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
                useFactory: (environment) => environment.REDIS_URL === undefined ? undefined : new Redis(environment.REDIS_URL, environment),
            },
            {
                provide: CacheStore,
                inject: [Redis, Environment],
                useFactory: (redis, environment) => redis ? new RedisStore(redis, environment) : new MemoryStore(environment),
            },
            ...[Clock, CacheView, CacheStateRepository, CacheKeeper, TicketCache, BriefCache],
        ],
        exports: [Redis, CacheStore, CacheView, TicketCache, BriefCache],
    })
], CacheModule);
export { CacheModule };
//# sourceMappingURL=cache.module.js.map