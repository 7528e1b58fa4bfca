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
import { DatabaseUnavailable, isUniqueViolation } from '../database/database-errors.js';
import { Deadline } from '../database/deadline.js';
import { ticketWords } from './search/search-text.sql.js';
import { changeTickets } from './ticket-change.sql.js';
import { countByStatus, insertTickets, selectComments, selectHolders, selectTickets } from './ticket.sql.js';
import { embeddedComments, idleBatchSize, selectIdle, selectLastEvent, } from './ticket.sql.js';
import { notFound, writeResults } from './ticket-write.sql.js';
/** Runs the statements on single tickets. Those of the team that arrive together run together; a statement is for one reader. */
let TicketsRepository = class TicketsRepository {
    database;
    creations;
    reads;
    changes;
    constructor(database) {
        this.database = database;
        this.creations = database.inBatches({
            together: (items, on) => createAll(items, 'skip', on),
            alone: createOne,
            sizeOf: ({ text }) => text.length,
        });
        this.reads = database.inBatches({
            together: (ids, on) => findAll(ids, team, on),
            alone: (id, on) => findOne(id, team, on),
        });
        this.changes = database.inBatches({
            together: (items, on) => changeAll(items, team, 'skip', on),
            alone: (item, on) => changeOne(item, team, on),
            sizeOf: ({ text = '' }) => text.length,
        });
    }
    /** Creates an opened ticket, in a transaction if there is one. */
    create(fields, { actor, reader }, run) {
        const item = { ...fields, ...ticketWords(fields), actor, requester: reader.email };
        return run.transaction ? createOne(item, run.transaction) : this.creations(item, run.deadline);
    }
    /** Returns the ticket with its first comments, from one snapshot. */
    async find(id, reader) {
        const deadline = new Deadline();
        const read = reader.audience === 'team' ? this.reads(id, deadline) : findOne(id, reader, this.database);
        return (await deadline.limit(read)) ?? undefined;
    }
    /** Returns the ticket as a transaction sees it. */
    async findIn(id, reader, on) {
        return (await findOne(id, reader, on)) ?? undefined;
    }
    /** Changes a ticket if it is in one of `statuses`, and in one of the context's versions; in a transaction if there is one. */
    async change(id, { fields, ...tagsAndClaim }, statuses, { versions, actor, reader }, { deadline, transaction }) {
        const given = Object.keys(fields);
        const item = {
            ...fields,
            ...ticketWords(fields),
            ...tagsAndClaim,
            given,
            id,
            statuses,
            versions,
            actor,
            requester: reader.email,
        };
        try {
            const isAlone = transaction !== undefined || reader.audience !== 'team';
            const write = isAlone
                ? changeOne(item, reader, transaction ?? this.database)
                : this.changes(item, deadline);
            const { found, changed } = await write;
            return { found, changed: changed && (await this.withComments(changed, reader, transaction)) };
        }
        catch (error) {
            if (!isUniqueViolation(error))
                throw error;
            const [holder] = await findHolders([fields], this.database);
            if (!holder)
                throw new DatabaseUnavailable(error);
            return { ...notFound, takenBy: holder.id };
        }
    }
    /** Checks whether a ticket existed and was deleted: the last event of a deleted ticket says so. */
    async wasDeleted(id) {
        const [last] = await this.database.run(selectLastEvent, [id]);
        return last?.is_deletion ?? false;
    }
    /** Closes some tickets that have been answered for so many days without a change, by the same statement as other changes. */
    async closeIdle(days) {
        const idle = await this.database.run(selectIdle, [days]);
        const change = {
            status: 'closed',
            statuses: ['answered'],
            actor: 'system',
            requester: undefined,
        };
        const common = { ...change, ...ticketWords({}) };
        const items = idle.map(({ id, version }) => ({ ...common, given: ['status'], id, versions: [version] }));
        const results = items.length === 0 ? [] : await changeAll(items, team, 'skip', this.database);
        const closed = results.flatMap((result) => (result?.changed ? [result.changed.id] : []));
        return { closed, mayHaveMore: closed.length > 0 && idle.length === idleBatchSize };
    }
    /** Returns about how many tickets are in each status; nothing before PostgreSQL has gathered statistics. */
    countByStatus() {
        return this.database.run(countByStatus, []);
    }
    /**
     * Completes the comments of a changed ticket. A statement that waited for a lock returns the newest ticket, but its snapshot
     * shows the comments from before the wait. The comments of a ticket that counts n are always its first n, or fewer where they
     * are long.
     */
    async withComments(ticket, { audience }, on = this.database) {
        const { id, comment_count, comments } = ticket;
        if (comments.length === Math.min(comment_count, embeddedComments))
            return ticket;
        const values = [id, visibleTo(audience)];
        const newer = await on.runForOne(selectComments, values);
        return { ...ticket, comments: newer.comments.slice(0, comment_count) };
    }
};
TicketsRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database])
], TicketsRepository);
export { TicketsRepository };
/** Returns undefined for a ticket whose external id was taken at first, and is not any more. */
async function createAll(items, lock, on) {
    const rows = await on.run(insertTickets[lock], [JSON.stringify(items)]);
    const isTaken = ({ id, may_follow }) => id === null && may_follow;
    const taken = items.filter((_, n) => rows[n] && isTaken(rows[n]));
    // A statement of its own sees the tickets for which the insertion has waited.
    const holders = taken.length === 0 ? [] : await findHolders(taken, on);
    const holderOf = new Map(holders.map(({ id, external_id }) => [external_id, id]));
    return rows.map((row, n) => {
        const { may_follow, ...ticket } = row;
        if (!may_follow)
            return {};
        if (ticket.id !== null)
            return { created: ticket };
        const takenBy = holderOf.get(items[n]?.external_id ?? '');
        return takenBy === undefined ? undefined : { takenBy };
    });
}
async function createOne(item, on) {
    const [result] = await createAll([item], 'wait', on);
    if (!result)
        throw new DatabaseUnavailable(new Error('The ticket with this external id was deleted'));
    return result;
}
/** Returns the tickets that have external ids of these. */
function findHolders(items, on) {
    const ids = items.map(({ external_id }) => external_id);
    return on.run(selectHolders, [ids]);
}
async function findAll(ids, { audience, email }, on) {
    const rows = await on.run(selectTickets, [ids, visibleTo(audience), email]);
    const tickets = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => tickets.get(id) ?? null);
}
async function findOne(id, reader, on) {
    return (await findAll([id], reader, on))[0] ?? null;
}
/** Returns undefined for a ticket that is locked or does not exist. */
async function changeAll(items, { audience }, lock, on) {
    const values = [JSON.stringify(items), visibleTo(audience)];
    const rows = await on.run(changeTickets[lock], values);
    return writeResults(items, rows);
}
async function changeOne(item, reader, on) {
    return (await changeAll([item], reader, 'wait', on))[0] ?? notFound;
}
//# sourceMappingURL=tickets.repository.js.map