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
import { Forbidden } from '../auth/auth.errors.js';
import { CommentNotFound } from '../comments/comments.service.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketQueue } from '../tickets/ticket-queue.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { RedactionsRepository } from './redactions.repository.js';
/** Redacts tickets and comments. */
let RedactionsService = class RedactionsService {
    repository;
    tickets;
    policy;
    idempotency;
    numbering;
    queue;
    constructor(repository, tickets, policy, idempotency, numbering, queue) {
        this.repository = repository;
        this.tickets = tickets;
        this.policy = policy;
        this.idempotency = idempotency;
        this.numbering = numbering;
        this.queue = queue;
    }
    /**
     * Redacts the theme and the text of a ticket; throws TicketNotFound, VersionMismatch or Forbidden.
     * @param mayErase whether the caller may redact closed tickets too
     */
    async redactTicket(id, context, mayErase) {
        const result = await this.queue.run(id, context.reader, (deadline) => this.idempotency.once(context, ['redact ticket', id], async (transaction) => {
            const check = this.checkFor(id, context, mayErase);
            const row = await this.repository.redactTicket(id, context, check, transaction);
            if (!row)
                throw new TicketNotFound(id);
            return this.tickets.toDto(row, context.reader);
        }, deadline));
        this.numbering.wake();
        return result;
    }
    /** Redacts a comment; throws like redactTicket, or CommentNotFound. */
    async redactComment(path, context, mayErase) {
        const { ticket_id, comment_id } = path;
        const result = await this.queue.run(ticket_id, context.reader, (deadline) => this.idempotency.once(context, ['redact comment', ticket_id, comment_id], async (transaction) => {
            const check = this.checkFor(ticket_id, context, mayErase);
            const comment = await this.repository.redactComment(path, context, check, transaction);
            if (!comment)
                throw new CommentNotFound(ticket_id, comment_id);
            return comment;
        }, deadline));
        this.numbering.wake();
        return result;
    }
    checkFor(id, context, mayErase) {
        return (found) => {
            const isExpected = !context.versions || (found && context.versions.includes(found.version));
            if (!found || !isExpected)
                throw this.policy.rejection(id, found, context);
            if (!mayErase && !this.policy.commentable().includes(found.status))
                throw new Forbidden('tickets:erase');
        };
    }
};
RedactionsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [RedactionsRepository,
        TicketsService,
        TransitionPolicy,
        IdempotencyService,
        EventNumbering,
        TicketQueue])
], RedactionsService);
export { RedactionsService };
//# sourceMappingURL=redactions.service.js.map