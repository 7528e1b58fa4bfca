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
import { Cursors } from '../api/cursors.js';
import { cutPage } from '../api/pagination.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { assertRequesterMay } from '../tickets/requester-policy.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketQueue } from '../tickets/ticket-queue.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { commentList } from './comment.dto.js';
import { CommentsRepository } from './comments.repository.js';
/** 404: no comment on this ticket has this id, or the reader may not see it. */
export class CommentNotFound extends TicketNotFound {
    constructor(ticketId, id) {
        super(ticketId, `There is no comment ${id} on ticket ${ticketId}`);
    }
}
/** Adds, reads and lists comments. */
let CommentsService = class CommentsService {
    repository;
    policy;
    idempotency;
    cursors;
    numbering;
    queue;
    constructor(repository, policy, idempotency, cursors, numbering, queue) {
        this.repository = repository;
        this.policy = policy;
        this.idempotency = idempotency;
        this.cursors = cursors;
        this.numbering = numbering;
        this.queue = queue;
    }
    /** Adds a comment, once for each idempotency key of an actor; throws TicketNotFound, VersionMismatch or TicketClosed. */
    async add(ticketId, fields, context) {
        assertRequesterMay('comment', fields, context.reader);
        const request = ['add comment', ticketId, fields];
        const statuses = this.policy.commentable();
        const result = await this.queue.run(ticketId, context.reader, (deadline) => this.idempotency.once(context, request, async (transaction) => {
            const run = { deadline, transaction };
            const { found, changed } = await this.repository.add(ticketId, fields, statuses, context, run);
            if (changed)
                return changed;
            throw this.policy.rejection(ticketId, found, context);
        }, deadline));
        this.numbering.wake();
        return result;
    }
    /** Returns a comment, or throws CommentNotFound. */
    async find({ ticket_id, comment_id }, reader) {
        const comment = await this.repository.find(ticket_id, comment_id, reader);
        if (!comment)
            throw new CommentNotFound(ticket_id, comment_id);
        return comment;
    }
    /** Returns a page of the comments of a ticket that the audience may see, or throws TicketNotFound. */
    async list(ticketId, query, reader) {
        const { sort, limit, cursor, visibility } = query;
        const list = commentList(ticketId, query);
        const [after] = cursor === undefined ? [] : this.cursors.open(list, cursor).map(Number);
        const visible = visibleTo(reader.audience).filter((each) => visibility === undefined || each === visibility);
        const comments = await this.repository.list(ticketId, visible, reader, {
            sort,
            limit: limit + 1,
            after,
        });
        if (!comments)
            throw new TicketNotFound(ticketId);
        return cutPage(comments, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
    }
};
CommentsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [CommentsRepository,
        TransitionPolicy,
        IdempotencyService,
        Cursors,
        EventNumbering,
        TicketQueue])
], CommentsService);
export { CommentsService };
//# sourceMappingURL=comments.service.js.map