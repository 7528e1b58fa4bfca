var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { BriefCache } from '../cache/brief-cache.js';
import { maxCounted } from './ticket-count.sql.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { assertRequesterMay } from './requester-policy.js';
/** Counts tickets. A count may be some seconds old, so those who ask for the same one share it. */
let TicketCountsService = class TicketCountsService {
    lists;
    cache;
    constructor(lists, cache) {
        this.lists = lists;
        this.cache = cache;
    }
    /** Returns the number of tickets that match a query; throws Problem 403 for a filter that is for the team. */
    async count(query, reader) {
        assertRequesterMay('count', query, reader);
        // A digest, because the filters may have an email address, which must not stay in Redis after its erasure.
        const digest = createHash('sha256')
            .update(JSON.stringify([query, reader]))
            .digest('base64url');
        return this.cache.getOrLoad(`count:${digest}`, async () => {
            const as_of = new Date().toISOString();
            const rows = await this.lists.count(query, reader);
            const is_exact = (rows[0]?.read ?? 0) < maxCounted;
            const counted = rows.filter(({ count }) => count > 0);
            const by = query.by ? counted.map(({ value, count }) => ({ value, count, is_exact })) : [];
            return { count: rows[0]?.total ?? 0, is_exact, as_of, by };
        });
    }
};
TicketCountsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [TicketListRepository,
        BriefCache])
], TicketCountsService);
export { TicketCountsService };
//# sourceMappingURL=ticket-counts.service.js.map