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
import { Database, openPool } from '../database/database.js';
import { cursors, preferFirstRows, selectStart, takeSnapshot } from './export.sql.js';
/** The exports of a process at a time. Each has a connection of its own. */
export const maxExports = 2;
/**
 * Time limits of a statement, and of the wait for a client that does not read. The server closes the connections of such clients sooner;
 * this limit ends the transaction of a process that is frozen.
 */
const statementTimeoutMs = 60_000;
const idleTimeoutMs = 60_000;
/** Reads snapshots of all tickets. */
let ExportRepository = class ExportRepository {
    database;
    pool;
    constructor(database, source) {
        this.database = database;
        this.pool = openPool(source, {
            max: maxExports,
            statement_timeout: statementTimeoutMs,
            query_timeout: statementTimeoutMs + 250,
            idle_in_transaction_session_timeout: idleTimeoutMs,
        });
    }
    /** Runs work on a snapshot of the primary. Its transaction ends with the work. */
    withSnapshot(work) {
        return this.database.transaction(async (transaction) => {
            await transaction.run(takeSnapshot, []);
            await transaction.run(preferFirstRows, []);
            const start = await transaction.runForOne(selectStart, []);
            const { number, tag, tickets: count } = start;
            for (const { declare } of Object.values(cursors))
                await transaction.run(declare, []);
            const tickets = fetchAll(transaction, cursors.tickets.fetch);
            const comments = fetchAll(transaction, cursors.comments.fetch);
            await work({ cursor: { number, tag }, count, tickets, comments });
        }, this.pool);
    }
    async onModuleDestroy() {
        await this.pool.end();
    }
};
ExportRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        DataSource])
], ExportRepository);
export { ExportRepository };
async function* fetchAll(transaction, fetch) {
    for (;;) {
        const rows = await transaction.run(fetch, []);
        if (rows.length === 0)
            return;
        yield* rows;
    }
}
//# sourceMappingURL=export.repository.js.map