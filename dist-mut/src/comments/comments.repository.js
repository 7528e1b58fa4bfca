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
import { visibleTo } from '../api/audience.js';
import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import { toWords } from '../tickets/search/words.js';
import { notFound, writeResults } from '../tickets/ticket-write.sql.js';
import { addComments, listComments, selectComment } from './comment.sql.js';
/** Runs the statements on comments. Additions that arrive together run together. */
let CommentsRepository = class CommentsRepository {
    database;
    replicas;
    additions;
    constructor(database, replicas) {
        this.database = database;
        this.replicas = replicas;
        this.additions = database.inBatches({
            together: (items, on) => addAll(items, 'skip', on),
            alone: addOne,
            sizeOf: ({ text }) => text.length,
        });
    }
    /** Adds a comment if the ticket is in one of `statuses`, and in one of the context's versions; in a transaction if there is one. */
    add(id, fields, statuses, { versions, actor, reader }, run) {
        const item = {
            ...fields,
            words: toWords(fields.text),
            id,
            statuses,
            versions,
            actor,
            requester: reader.email,
        };
        if (run.transaction !== undefined || reader.audience !== 'team')
            return addOne(item, run.transaction ?? this.database);
        return this.additions(item, run.deadline);
    }
    /** Returns the comments of a ticket that follow the one with the id `after`; undefined if the ticket does not exist. */
    async list(ticketId, visible, reader, { sort, limit, after }) {
        const values = [ticketId, visible, after, limit, reader.email];
        const rows = await this.replicas.run(listComments[sort], values);
        return rows.length === 0 ? undefined : rows.filter(isComment);
    }
    /** Returns a comment from the primary, so that a client that has just added it finds it. */
    async find(ticketId, id, { audience, email }) {
        const [comment] = await this.database.run(selectComment, [
            ticketId,
            visibleTo(audience),
            id,
            email,
        ]);
        return comment;
    }
};
CommentsRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        Replicas])
], CommentsRepository);
export { CommentsRepository };
/** Returns undefined for a ticket that is locked or does not exist. */
async function addAll(items, lock, on) {
    const rows = await on.run(addComments[lock], [JSON.stringify(items)]);
    return writeResults(items, rows);
}
async function addOne(item, on) {
    return (await addAll([item], 'wait', on))[0] ?? notFound;
}
function isComment(row) {
    return row.id !== null;
}
//# sourceMappingURL=comments.repository.js.map