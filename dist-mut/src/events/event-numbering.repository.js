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
import { DataSource } from 'typeorm';
import { TicketCache } from '../cache/ticket-cache.js';
import { Database, openPool } from '../database/database.js';
import { hasUnnumbered, lockNumbering, numberEvents, selectUnnumbered } from './event-numbering.sql.js';
/** The time limit of one statement: a batch takes longer than a request may. */
const statementTimeoutMs = 5_000;
/** Runs the statements of the numbering. */
let EventNumberingRepository = class EventNumberingRepository {
    database;
    cache;
    /** A connection of its own, so that the feed does not wait while requests use the whole pool. */
    pool;
    constructor(database, cache, source) {
        this.database = database;
        this.cache = cache;
        this.pool = openPool(source, {
            max: 1,
            statement_timeout: statementTimeoutMs,
            query_timeout: statementTimeoutMs + 250,
        });
    }
    /** Numbers the oldest events in one transaction; returns how many. None while another replica does it. */
    async numberBatch() {
        const [row] = await this.database.runOn(this.pool, hasUnnumbered, []);
        if (!row?.found)
            return 0;
        return this.database.transaction((transaction) => this.numberOldest(transaction), this.pool);
    }
    async onModuleDestroy() {
        await this.pool.end();
    }
    /**
     * Rule 7 of the cache: it forgets the tickets of the events first, because a writer may have died before it did so itself. Where that is
     * unsure nothing is numbered. Version 1 was never cached before.
     */
    async numberOldest(transaction) {
        const isLocked = (await transaction.run(lockNumbering, [])).length > 0;
        if (!isLocked)
            return 0;
        const events = await transaction.run(selectUnnumbered, []);
        if (events.length === 0)
            return 0;
        const ofTickets = events.filter((event) => event.ticket_id !== null);
        const changed = new Map(ofTickets.map(({ ticket_id, version }) => [ticket_id, version]));
        const tickets = [...changed].map(([id, version]) => ({ id, version }));
        const later = tickets.filter(({ version }) => version > 1);
        if (later.length > 0)
            await this.cache.invalidate(later);
        await transaction.run(numberEvents, [events.map(({ id }) => id)]);
        return events.length;
    }
};
EventNumberingRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        TicketCache,
        DataSource])
], EventNumberingRepository);
export { EventNumberingRepository };
//# sourceMappingURL=event-numbering.repository.js.map