var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable, UseInterceptors } from '@nestjs/common';
import { firstValueFrom, of } from 'rxjs';
import { ApiResponse } from '../api/api-response.js';
import { readerOf } from '../api/audience.js';
import { parseInteger } from '../api/field-rules.js';
import { Overloaded } from '../api/problem.js';
import { Database } from '../database/database.js';
import { CacheView } from './cache-view.js';
import { TicketCache } from './ticket-cache.js';
/** Serves `GET …/:ticket_id` through the cache. X-Cache is HIT, MISS, or BYPASS while the cache is not in use. */
export function Cached() {
    return UseInterceptors(CacheInterceptor);
}
/** Removes the ticket of `…/:ticket_id` from the cache before a write is answered, whether it succeeds or fails. */
export function EvictsTicket() {
    return UseInterceptors(CacheInterceptor);
}
/** Reads tickets through the cache, and evicts them after writes. */
let CacheInterceptor = class CacheInterceptor {
    cache;
    view;
    database;
    constructor(cache, view, database) {
        this.cache = cache;
        this.view = view;
        this.database = database;
    }
    async intercept(context, next) {
        const { method, params } = context.switchToHttp().getRequest();
        const { audience } = readerOf(context.switchToHttp().getResponse());
        const id = parseInteger(params['ticket_id']);
        // The validation pipe refuses the id.
        if (id === undefined || !Number.isSafeInteger(id))
            return next.handle();
        const isRead = method === 'GET' || method === 'HEAD';
        if (!isRead)
            return of(await this.evictAfter(id, next));
        return of(await (audience === 'team' ? this.read(id, next) : this.bypass(next)));
    }
    async read(id, next) {
        const { entry, outcome } = await this.cache.read(id, () => this.load(next));
        return new ApiResponse(entry.body, { etag: entry.etag, cache: outcome });
    }
    /** The cache holds what the team sees. Requesters read from the database, whose statement decides what is theirs. */
    async bypass(next) {
        const { body, etag } = await this.load(next);
        return new ApiResponse(body, { etag, cache: 'BYPASS' });
    }
    async load(next) {
        // loadShedding admits these reads because a hit needs no database.
        if (this.database.isSaturated)
            throw new Overloaded();
        const { body, headers } = (await firstValueFrom(next.handle()));
        return { body: JSON.stringify(body), etag: headers.etag ?? '' };
    }
    /** Rule 4: every answer evicts first, refusals and replays too. A write that could not is refused before anything is done. */
    async evictAfter(id, next) {
        await this.view.require();
        try {
            return await firstValueFrom(next.handle());
        }
        finally {
            await this.cache.invalidate([{ id }]);
        }
    }
};
CacheInterceptor = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [TicketCache,
        CacheView,
        Database])
], CacheInterceptor);
//# sourceMappingURL=cache.interceptor.js.map