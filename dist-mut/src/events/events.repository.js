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
import { team, visibleTo } from '../api/audience.js';
import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import { listHistory, maxScanned, readAll, readTail, readTicket } from './event.sql.js';
import { selectLag, selectState, sweepEvents, sweepSize } from './event.sql.js';
/** Runs the statements on events. */
let EventsRepository = class EventsRepository {
    database;
    replicas;
    constructor(database, replicas) {
        this.database = database;
        this.replicas = replicas;
    }
    /**
     * Returns up to `limit` events after a cursor; without one, from the beginning. A replica of PostgreSQL may lag behind the cursor,
     * so the primary decides whether it is known.
     */
    read(after, limit, filter) {
        const { reader, type, ticket_id } = filter;
        const scanned = type === undefined ? limit : maxScanned;
        const values = [
            after?.number,
            after?.tag,
            limit,
            scanned,
            type,
            visibleTo(reader.audience),
            reader.email,
        ];
        if (ticket_id === undefined)
            return this.run(readAll, values);
        return this.run(readTicket, [...values, ticket_id]);
    }
    /** Returns up to `limit` events after a cursor, each with the address of its ticket. */
    readTail(after, limit) {
        const values = [after.number, after.tag, limit, limit, undefined, visibleTo(team.audience), team.email];
        return this.run(readTail, values);
    }
    async run(statement, values) {
        let rows = await this.replicas.run(statement, values);
        if (!rows[0]?.is_known)
            rows = await this.replicas.runOnPrimary(statement, values);
        const [first] = rows;
        if (!first)
            throw new Error('The row of feed_state is missing');
        const { reached_number: number, reached_tag: tag } = first;
        return {
            ...stateOf(first),
            rows: rows.filter(isEvent),
            reached: number === null || tag === null ? undefined : { number, tag },
        };
    }
    /** Returns the bounds of the feed, and whether a cursor is known. */
    async state(cursor) {
        return stateOf(await this.database.runForOne(selectState, [cursor?.number, cursor?.tag]));
    }
    /** Returns the age in seconds of the oldest event that has no number yet. */
    async lagSeconds() {
        return (await this.database.runForOne(selectLag, [])).seconds;
    }
    /** Returns up to `limit` changes of a ticket after the version `after`, oldest first. */
    history(ticketId, after, limit, reader) {
        const values = [ticketId, after, limit, visibleTo(reader.audience), reader.email];
        return this.replicas.run(listHistory, values);
    }
    /** Returns the number of the first event that is still needed, whatever its age; null if there is none. Set by the webhooks. */
    firstNeeded = () => Promise.resolve(null);
    /**
     * Removes some of the events that are older than so many days from the feed; returns whether there may be more. Events that are
     * needed stay for 30 days.
     */
    async sweep(days) {
        const [row] = await this.database.run(sweepEvents, [days, await this.firstNeeded()]);
        return row?.swept === sweepSize;
    }
};
EventsRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        Replicas])
], EventsRepository);
export { EventsRepository };
function stateOf({ last_number, last_tag, floor_number, floor_tag, is_known }) {
    const newest = { number: last_number, tag: last_tag };
    return { bounds: { floor: { number: floor_number, tag: floor_tag }, newest }, isKnown: is_known };
}
function isEvent(row) {
    return row.number !== null;
}
//# sourceMappingURL=events.repository.js.map