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
import { Environment } from '../config/environment.js';
import { Database, openPool } from '../database/database.js';
import { countErased, eraseAnswersTo, failErasure, finishErasure, insertErasure } from './erasure.sql.js';
import { lockCommentedBy, lockExpired, lockTicketsOf, selectErasure } from './erasure.sql.js';
import { selectUnnumberedErasure, takeErasure } from './erasure.sql.js';
import { batchSize, deleteTickets, eraseComments, eraseTickets, lockWebhooks } from './privacy.sql.js';
/** The time limit of a statement: tickets with very many comments take longer than a request may. */
const statementTimeoutMs = 10_000;
/**
 * Runs the statements of erasures and of the retention. A batch is a transaction: it locks its tickets first, and changes them by a
 * statement whose snapshot shows what the writers before it have done.
 */
let ErasuresRepository = class ErasuresRepository {
    database;
    environment;
    /** A connection of its own, so that requests do not wait for batches. */
    pool;
    constructor(database, environment, source) {
        this.database = database;
        this.environment = environment;
        const timeouts = { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + 250 };
        this.pool = openPool(source, { max: 1, ...timeouts });
    }
    /** Notes an erasure, in a transaction if there is one. */
    create({ email, mode }, actor, on = this.database) {
        return on.runForOne(insertErasure, [email, mode, actor]);
    }
    /** Returns an erasure. */
    async find(id) {
        return (await this.database.run(selectErasure, [id]))[0];
    }
    /** Runs a batch of an erasure that no other replica works on; undefined if there is none. */
    async eraseBatch() {
        let taken;
        const work = async (on) => {
            [taken] = await on.run(takeErasure, [this.environment.REDIS_EXPIRE_TIME]);
            if (!taken)
                return undefined;
            const tickets = await eraseSome(taken, on);
            return { erasure: taken.id, tickets, isCacheExpired: taken.is_cache_expired };
        };
        try {
            return await this.database.transaction(work, this.pool);
        }
        catch (error) {
            if (taken)
                await this.database.run(failErasure, [taken.id]);
            throw error;
        }
    }
    /** Checks whether the events of all batches have numbers. Then the cache has forgotten their tickets, whatever became of the replica. */
    async isNumbered() {
        return (await this.database.run(selectUnnumberedErasure, [])).length === 0;
    }
    /** Ends an erasure, unless data of the address have come meanwhile. */
    async finish(id) {
        await this.database.run(finishErasure, [id]);
    }
    /** Deletes some tickets that were closed more than so many days ago. */
    async deleteExpired(days) {
        const work = async (on) => {
            const ids = await lock(on, lockExpired, days);
            if (ids.length > 0)
                await changeLocked(on, deleteTickets, [ids, 'system', 'retention']);
            return ids;
        };
        const deleted = await this.database.transaction(work, this.pool);
        return { deleted, mayHaveMore: deleted.length === batchSize };
    }
    async onApplicationShutdown() {
        await this.pool.end();
    }
};
ErasuresRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        Environment,
        DataSource])
], ErasuresRepository);
export { ErasuresRepository };
/** Erases some of the data of an address that are left; returns the tickets that it changed. */
async function eraseSome({ id, email, mode, actor }, on) {
    const own = await lock(on, lockTicketsOf, email);
    const tickets = own.length > 0 ? own : await lock(on, lockCommentedBy, email);
    if (tickets.length === 0) {
        await on.run(eraseAnswersTo, [email]);
        return tickets;
    }
    const erase = mode === 'delete' ? deleteTickets : eraseTickets;
    const values = mode === 'delete' ? [tickets, actor, 'erased'] : [tickets, actor];
    const counts = own.length > 0
        ? await changeLocked(on, erase, values)
        : await changeLocked(on, eraseComments, [tickets, actor, email]);
    await on.run(countErased, [id, counts.tickets, counts.comments]);
    return tickets;
}
async function lock(on, statement, value) {
    return (await on.run(statement, [value])).map(({ id }) => id);
}
async function changeLocked(on, statement, values) {
    await on.run(lockWebhooks, []);
    return on.runForOne(statement, values);
}
//# sourceMappingURL=erasures.repository.js.map