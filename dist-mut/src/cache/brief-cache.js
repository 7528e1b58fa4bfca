var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
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
let BriefCache = class BriefCache {
    cache;
    redis;
    loads = new SingleFlight();
    constructor(cache, redis) {
        this.cache = cache;
        this.redis = redis;
    }
    /** Returns the result of a key, which is loaded if there is none of the last seconds. */
    async getOrLoad(key, load) {
        const found = await this.within(() => this.cache.get(key));
        if (found !== undefined)
            return found;
        return (await this.loads.load(key, async () => {
            const result = await load();
            void this.within(() => this.cache.set(key, result, lifeMs));
            return result;
        }));
    }
    /** Returns undefined if the cache fails or does not respond in time. A connection that does not respond is not used. */
    async within(work) {
        if (this.redis && this.redis.name === undefined)
            return undefined;
        return Promise.race([work().catch(() => undefined), sleep(waitMs, undefined, { ref: false })]);
    }
};
BriefCache = __decorate([
    Injectable(),
    __param(0, Inject(CACHE_MANAGER)),
    __param(1, Inject(Redis)),
    __metadata("design:paramtypes", [Object, Object])
], BriefCache);
export { BriefCache };
//# sourceMappingURL=brief-cache.js.map