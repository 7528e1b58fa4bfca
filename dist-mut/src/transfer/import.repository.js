var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { DataSource } from 'typeorm';
import { Database, openPool } from '../database/database.js';
import { concernsOneItem } from '../database/database-errors.js';
import { Deadline } from '../database/deadline.js';
import { ticketWords } from '../tickets/search/search-text.sql.js';
import { toWords } from '../tickets/search/words.js';
import { importTickets, selectIds } from './import.sql.js';
/** Connections of their own, so that imports never take those of requests. */
const poolSize = 2;
/** Time limit of a statement, which has up to 1.5 MiB of lines, and of an import's wait for its turn. */
const statementTimeoutMs = 10_000;
const waitTimeoutMs = 60_000;
/** The pause of an import while the process is at MAX_IN_FLIGHT. */
const saturatedPauseMs = 50;
/** Runs the statements of imports. */
let ImportRepository = class ImportRepository {
    database;
    pool;
    bulkhead;
    constructor(database, source) {
        this.database = database;
        this.pool = openPool(source, {
            max: poolSize,
            statement_timeout: statementTimeoutMs,
            query_timeout: statementTimeoutMs + 250,
        });
        this.bulkhead = database.bulkhead(poolSize);
    }
    /** Throws DatabaseUnavailable if PostgreSQL does not respond. */
    async check() {
        await this.run(selectIds, [[]]);
    }
    /**
     * Imports tickets in one statement. After an error that one of them may have caused, each is imported alone. Other errors are thrown;
     * then any of the tickets may have been created.
     */
    async import(tickets, actor) {
        try {
            return await this.importAll(tickets, actor);
        }
        catch (error) {
            if (tickets.length === 1 && isRejection(error))
                return [{ error: error.message }];
            if (tickets.length === 1 || !concernsOneItem(error))
                throw error;
            const results = [];
            for (const ticket of tickets)
                results.push(...(await this.import([ticket], actor)));
            return results;
        }
    }
    async onModuleDestroy() {
        await this.pool.end();
    }
    async importAll(tickets, actor) {
        const rows = await this.run(importTickets, [...toLists(tickets), actor]);
        const found = new Map(rows.map((row) => [row.n, row]));
        const isUnknown = (n) => found.get(n)?.id === null;
        const names = tickets.filter((_, n) => isUnknown(n)).map(({ ticket }) => ticket.external_id);
        // Another session created these tickets after the statement had begun.
        const ids = names.length === 0 ? [] : await this.run(selectIds, [names]);
        const idOf = new Map(ids.map(({ id, external_id }) => [external_id, id]));
        return tickets.map(({ ticket }, n) => {
            const { id, is_created } = found.get(n) ?? { id: null, is_created: false };
            const known = id ?? idOf.get(ticket.external_id);
            return known === undefined
                ? { error: 'The ticket was deleted meanwhile' }
                : { id: known, isCreated: is_created };
        });
    }
    /** Requests come first: imports wait while the process is at MAX_IN_FLIGHT. */
    async run(statement, values) {
        const deadline = new Deadline(waitTimeoutMs);
        while (this.database.isSaturated) {
            deadline.check();
            await sleep(saturatedPauseMs);
        }
        return this.bulkhead(() => this.database.runOn(this.pool, statement, values), deadline);
    }
};
ImportRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        DataSource])
], ImportRepository);
export { ImportRepository };
/** PostgreSQL rejects the data itself. */
function isRejection(error) {
    return error instanceof DatabaseError && concernsOneItem(error);
}
/** Returns the tickets and the comments as JSON lists. */
function toLists(tickets) {
    const items = tickets.map(({ ticket, follows, comments }, n) => ({
        ...{ ...ticket, ...ticketWords(ticket) },
        ...{ n, follows_name: follows, comment_count: comments.length },
        internal_count: comments.filter(({ visibility }) => visibility === 'internal').length,
    }));
    const comments = tickets.flatMap(({ comments: some }, n) => some.map((comment, place) => ({ ...comment, words: toWords(comment.text), n, place })));
    return [JSON.stringify(items), JSON.stringify(comments)];
}
//# sourceMappingURL=import.repository.js.map