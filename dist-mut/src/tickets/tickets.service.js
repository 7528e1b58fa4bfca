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
import { Cursors } from '../api/cursors.js';
import { cutPage } from '../api/pagination.js';
import { Environment } from '../config/environment.js';
import { commentList } from '../comments/comment.dto.js';
import { Deadline } from '../database/deadline.js';
import { EventNumbering } from '../events/event-numbering.js';
import { TicketHistoryService } from '../events/ticket-history.service.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { parseSort } from './ticket-filter.sql.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { assertRequesterMay, hideFromRequester } from './requester-policy.js';
import { ExternalIdTaken, TicketNotFound, UnknownEarlierTicket } from './ticket.errors.js';
import { TicketQueue } from './ticket-queue.js';
import { TicketsRepository } from './tickets.repository.js';
import { TransitionPolicy } from './transition-policy.js';
/** Creates, reads, lists and transitions tickets. */
let TicketsService = class TicketsService {
    repository;
    lists;
    policy;
    idempotency;
    cursors;
    historyService;
    numbering;
    queue;
    environment;
    constructor(repository, lists, policy, idempotency, cursors, historyService, numbering, queue, environment) {
        this.repository = repository;
        this.lists = lists;
        this.policy = policy;
        this.idempotency = idempotency;
        this.cursors = cursors;
        this.historyService = historyService;
        this.numbering = numbering;
        this.queue = queue;
        this.environment = environment;
    }
    /** Creates an opened ticket, once for each idempotency key of an actor. */
    async create(fields, context) {
        assertRequesterMay('create', fields, context.reader);
        const deadline = new Deadline();
        const creation = this.idempotency.once(context, ['create ticket', fields], async (transaction) => {
            const { created, takenBy } = await this.repository.create(fields, context, { deadline, transaction });
            if (created)
                return this.toDto(created, context.reader);
            throw takenBy === undefined ? new UnknownEarlierTicket() : new ExternalIdTaken(takenBy);
        }, deadline);
        const result = await deadline.limit(creation);
        this.numbering.wake();
        return result;
    }
    /** Returns a ticket with its first comments, or throws TicketNotFound. */
    async find(id, reader) {
        const row = await this.repository.find(id, reader);
        if (!row)
            throw new TicketNotFound(id);
        return this.toDto(row, reader);
    }
    /** Returns a page of the tickets that match a query. */
    async list(query, reader) {
        assertRequesterMay('list', query, reader);
        const { limit, cursor, ...filters } = query;
        const list = `tickets ${JSON.stringify(filters)}`;
        const after = cursor === undefined ? undefined : this.cursors.open(list, cursor);
        const { rows, isCut } = await this.lists.find(query, after, reader);
        const { columns } = parseSort(query.sort);
        const sortKeysOf = (ticket) => columns.map((column) => ticket[column]);
        return cutPage(hideFromRequester(rows, reader), limit, {
            cursors: this.cursors,
            list,
            sortKeysOf,
            isCut,
        });
    }
    /** Transitions a ticket to another status; throws TransitionNotAllowed if it is in that status already. */
    transition(id, status, context) {
        assertRequesterMay('transition', { [status]: status }, context.reader);
        const statuses = this.policy.sourcesFor(status);
        return this.write(id, { fields: { status } }, statuses, context, (found) => this.policy.rejection(id, found, context, status));
    }
    /** Changes a ticket, its status too; throws TicketClosed if it is closed, TransitionNotAllowed, TicketClaimed or LimitReached. */
    change(id, change, context) {
        const { status: to, assignee } = change.fields;
        const claimant = change.is_claim ? assignee : undefined;
        return this.write(id, change, this.policy.changeable(to), context, (found) => this.policy.changeRejection(id, found, context, { to, claimant }));
    }
    /** Returns a page of the changes of a ticket, oldest first, or throws TicketNotFound. */
    async history(id, query, reader) {
        const page = await this.historyService.find(id, query, reader);
        // No ticket has this id, or its history was deleted: earlier versions deleted events that had expired.
        if (page.items.length === 0)
            await this.find(id, reader);
        return page;
    }
    /**
     * Runs a change, once for each idempotency key of an actor; throws TicketNotFound, VersionMismatch, ExternalIdTaken, or the rejection.
     * @param statuses the statuses in which the ticket accepts the change
     */
    async write(id, change, statuses, context, rejection) {
        const request = ['change ticket', id, change, statuses];
        const result = await this.queue.run(id, context.reader, (deadline) => this.idempotency.once(context, request, async (transaction) => {
            const run = { deadline, transaction };
            const { found, changed, takenBy } = await this.repository.change(id, change, statuses, context, run);
            if (changed)
                return this.toDto(changed, context.reader);
            throw takenBy === undefined ? rejection(found) : new ExternalIdTaken(takenBy);
        }, deadline));
        this.numbering.wake();
        return result;
    }
    /** Returns a ticket as it is shown to a reader: with the link to its further comments. */
    toDto(row, reader) {
        const [ticket = row] = hideFromRequester([row], reader);
        const { id, comments, comment_count } = ticket;
        const last = comments.at(-1);
        const hasMore = last && comment_count > comments.length;
        const cursor = hasMore ? this.cursors.seal(commentList(id), [last.id]) : null;
        const comments_next = cursor === null ? null : `${this.environment.PUBLIC_URL}/ticket/${id}/comment?cursor=${cursor}`;
        return { ...ticket, comments_next };
    }
};
TicketsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [TicketsRepository,
        TicketListRepository,
        TransitionPolicy,
        IdempotencyService,
        Cursors,
        TicketHistoryService,
        EventNumbering,
        TicketQueue,
        Environment])
], TicketsService);
export { TicketsService };
//# sourceMappingURL=tickets.service.js.map