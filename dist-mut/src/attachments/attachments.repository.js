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
import { isForeignKeyViolation } from '../database/database-errors.js';
import { Replicas } from '../database/replicas.js';
import { notFound, writeResults } from '../tickets/ticket-write.sql.js';
import { batchSize, claimDeletions, completeAttachment, finishDeletions } from './attachment.sql.js';
import { insertAttachment, listAttachments, noteSealing, removeAttachment } from './attachment.sql.js';
import { selectAttachment, sweepPending } from './attachment.sql.js';
/** Runs the statements on attachments. */
let AttachmentsRepository = class AttachmentsRepository {
    database;
    replicas;
    constructor(database, replicas) {
        this.database = database;
        this.replicas = replicas;
    }
    /** Creates a pending attachment if the ticket is in one of `statuses`; in a transaction if there is one. */
    async create(ticketId, fields, options, on = this.database) {
        const { statuses, uploadKey, reader } = options;
        const visible = visibleTo(reader.audience);
        const values = [JSON.stringify(fields), ticketId, statuses, uploadKey, visible, reader.email];
        const [row] = await on.run(insertAttachment, values).catch(noneIfTicketIsGone);
        if (!row)
            return { found: undefined, isCommentValid: true, created: undefined };
        const { found_status: status, found_version: version, is_comment_valid: isCommentValid, ...created } = row;
        return { found: { status, version }, isCommentValid, created: created.id === null ? undefined : created };
    }
    /** Completes a pending attachment if the ticket is in one of `statuses`, and in one of the context's versions. */
    complete(path, storedKey, statuses, context, on = this.database) {
        return write(on, completeAttachment, { path, statuses, context, storedKey });
    }
    /** Removes an attachment if the ticket is in one of `statuses`, and in one of the context's versions. */
    remove(path, statuses, context, on = this.database) {
        return write(on, removeAttachment, { path, statuses, context });
    }
    /** Returns an attachment from the primary, so that a client that has just created it finds it. */
    async find(path, { audience, email }) {
        const values = [path.ticket_id, visibleTo(audience), path.attachment_id, email];
        const [attachment] = await this.database.run(selectAttachment, values);
        return attachment;
    }
    /** Returns the attachments of a ticket after the one with the id `after`; undefined if the ticket does not exist. */
    async list(ticketId, { audience, email }, { state, after, limit }) {
        const values = [ticketId, visibleTo(audience), state, after, limit, email];
        const rows = await this.replicas.run(listAttachments, values);
        return rows.length === 0 ? undefined : rows.filter((row) => row.id !== null);
    }
    /** Notes the key of bytes that are about to be written. Without a completion within the hour, they are deleted. */
    async noteSealing(key) {
        await this.database.run(noteSealing, [key]);
    }
    /** Deletes some attachments that were not completed in time; returns whether there may be more. */
    async sweep() {
        return (await this.database.run(sweepPending, [])).length === batchSize;
    }
    /** Claims keys whose bytes are to be deleted, for ten minutes. */
    async claimDeletions() {
        const rows = await this.database.run(claimDeletions, []);
        return rows.map(({ key }) => key);
    }
    /** Forgets keys whose bytes were deleted. */
    async finishDeletions(keys) {
        await this.database.run(finishDeletions, [keys]);
    }
};
AttachmentsRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        Replicas])
], AttachmentsRepository);
export { AttachmentsRepository };
async function write(on, statement, { path, statuses, context: { versions, actor, reader }, storedKey }) {
    const item = { id: path.ticket_id, statuses, versions, actor, requester: reader.email };
    const json = JSON.stringify([{ ...item, attachment_id: path.attachment_id, stored_key: storedKey }]);
    const rows = await on.run(statement, [json]);
    return writeResults([item], rows)[0] ?? notFound;
}
/** The ticket was deleted while the insertion waited for its lock. */
function noneIfTicketIsGone(error) {
    if (!isForeignKeyViolation(error))
        throw error;
    return [];
}
//# sourceMappingURL=attachments.repository.js.map