var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { Page } from '../api/pagination.js';
import { FeedEvent } from './feed-event.js';
import { CursorExpired, FeedRestarted, formatCursor, } from './feed-cursor.js';
import { EventsRepository } from './events.repository.js';
/** Reads the changes of all tickets, in an order in which a client that continues from its last cursor misses none. */
let FeedService = class FeedService {
    repository;
    constructor(repository) {
        this.repository = repository;
    }
    /** Returns some events; throws CursorExpired or FeedRestarted if the client could miss events after the cursor. */
    async read(start, limit, filter) {
        if (start === 'now')
            return { events: [], next: await this.resolveCursor(start) };
        const after = start === 'beginning' ? undefined : start;
        return toBatch(await this.repository.read(after, limit, filter), after, limit);
    }
    /** Returns some events for the tail, which knows the address of each ticket; throws like `read`. */
    async readTail(start, limit) {
        if (start === 'now')
            return { events: [], next: await this.resolveCursor(start) };
        return toBatch(await this.repository.readTail(start, limit), start, limit);
    }
    /** Returns the cursor of a start; throws like `read`. */
    async resolveCursor(start) {
        const cursor = typeof start === 'object' ? start : undefined;
        const { bounds, isKnown } = await this.repository.state(cursor);
        if (!cursor)
            return start === 'now' ? bounds.newest : bounds.floor;
        assertReadable(cursor, bounds, isKnown);
        return cursor;
    }
    /** Returns some events as a page. A page of the feed always has a cursor. */
    async page(start, limit, filter) {
        const { events, next } = await this.read(start, limit, filter);
        return new Page(events, formatCursor(next), 'after');
    }
};
FeedService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EventsRepository])
], FeedService);
export { FeedService };
function toBatch(read, after, limit) {
    const { rows, reached, bounds, isKnown } = read;
    if (after)
        assertReadable(after, bounds, isKnown);
    const events = rows.map((row) => new FeedEvent(row));
    const last = events.length === limit ? events.at(-1)?.cursor : reached;
    return { events, next: last ?? bounds.newest };
}
function assertReadable(cursor, bounds, isKnown) {
    if (cursor.number < bounds.floor.number)
        throw new CursorExpired(cursor, bounds);
    if (!isKnown)
        throw new FeedRestarted(cursor, bounds);
}
//# sourceMappingURL=feed.service.js.map