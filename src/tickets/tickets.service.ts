import { Injectable } from '@nestjs/common';

import type { Audience } from '../api/audience.js';
import { Cursors } from '../api/cursors.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import type { WriteContext } from '../api/write-context.js';
import { commentList } from '../comments/comment.dto.js';
import { Deadline } from '../database/deadline.js';
import { EventNumbering } from '../events/event-numbering.js';
import type { HistoryEventDto } from '../events/event.dto.js';
import { TicketHistoryService } from '../events/ticket-history.service.js';
import { IdempotencyService, type IdempotentResult } from '../idempotency/idempotency.service.js';
import { parseSort, TicketListRepository } from './ticket-list.repository.js';
import type { CreateTicketDto, ListTicketsQuery, TicketDto, TicketSummaryDto } from './ticket.dto.js';
import type { TicketStatus } from './ticket.entity.js';
import { TicketNotFound } from './ticket.errors.js';
import type { TicketRow } from './ticket.sql.js';
import { TicketQueue } from './ticket-queue.js';
import { TicketsRepository } from './tickets.repository.js';
import { TransitionPolicy } from './transition-policy.js';

/** Creates, reads, lists and transitions tickets. */
@Injectable()
export class TicketsService {
  constructor(
    private readonly repository: TicketsRepository,
    private readonly lists: TicketListRepository,
    private readonly policy: TransitionPolicy,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
    private readonly historyService: TicketHistoryService,
    private readonly numbering: EventNumbering,
    private readonly queue: TicketQueue,
  ) {}

  /** Creates an opened ticket, once for each idempotency key of an actor. */
  async create(fields: CreateTicketDto, context: WriteContext): Promise<IdempotentResult<TicketDto>> {
    const deadline = new Deadline();
    const creation = this.idempotency.once(
      context,
      ['create ticket', fields],
      async (transaction) =>
        this.toDto(await this.repository.create(fields, context, { deadline, transaction })),
      deadline,
    );
    const result = await deadline.limit(creation);
    this.numbering.wake();
    return result;
  }

  /** Returns a ticket with its first comments, or throws TicketNotFound. */
  async find(id: number, audience: Audience): Promise<TicketDto> {
    const row = await this.repository.find(id, audience);
    if (!row) throw new TicketNotFound(id);
    return this.toDto(row);
  }

  /** Returns a page of the tickets that match a query. */
  async list(query: ListTicketsQuery, audience: Audience): Promise<Page<TicketSummaryDto>> {
    const { limit, cursor, ...filters } = query;
    const list = `tickets ${JSON.stringify(filters)}`;
    const after = cursor === undefined ? undefined : this.cursors.open(list, cursor);
    const rows = await this.lists.find(query, after, audience);
    const { column } = parseSort(query.sort);
    const sortKeysOf = (ticket: TicketSummaryDto) => [ticket[column], ticket.id];
    return cutPage(rows, limit, { cursors: this.cursors, list, sortKeysOf });
  }

  /** Transitions a ticket to another status, or throws TicketNotFound, VersionMismatch or TransitionNotAllowed. */
  async transition(id: number, to: TicketStatus, context: WriteContext): Promise<TicketDto> {
    const sources = this.policy.sourcesFor(to);
    const { found, changed } = await this.queue.run(id, (deadline) =>
      this.repository.transition(id, to, sources, context, deadline),
    );
    if (!changed) throw this.policy.rejection(id, found, context, to);
    this.numbering.wake();
    return this.toDto(changed);
  }

  /** Returns a page of the changes of a ticket, oldest first, or throws TicketNotFound. */
  async history(id: number, query: PageQuery, audience: Audience): Promise<Page<HistoryEventDto>> {
    const page = await this.historyService.find(id, query, audience);
    // No ticket has this id, or its history was deleted: earlier versions deleted events that had expired.
    if (page.items.length === 0 && query.cursor === undefined) await this.find(id, audience);
    return page;
  }

  private toDto(ticket: TicketRow): TicketDto {
    const { id, comments, comment_count } = ticket;
    const last = comments.at(-1);
    const hasMore = last && comment_count > comments.length;
    const cursor = hasMore ? this.cursors.seal(commentList(id), [last.id]) : null;
    const comments_next = cursor === null ? null : `/ticket/${id}/comment?cursor=${cursor}`;
    return { ...ticket, comments_next };
  }
}
