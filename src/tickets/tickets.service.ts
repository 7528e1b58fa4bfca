import { Injectable } from '@nestjs/common';

import type { Reader } from '../api/audience.js';
import { Cursors } from '../api/cursors.js';
import type { Problem } from '../api/problem.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import type { WriteContext } from '../api/write-context.js';
import { Environment } from '../config/environment.js';
import { SingleFlight } from '../cache/single-flight.js';
import { commentList } from '../comments/comment.dto.js';
import { Deadline } from '../database/deadline.js';
import { EventNumbering } from '../events/event-numbering.js';
import type { HistoryEventDto } from '../events/event.dto.js';
import { EventsRepository } from '../events/events.repository.js';
import { IdempotencyService, type IdempotentResult } from '../idempotency/idempotency.service.js';
import type { TicketChange } from './ticket-change.sql.js';
import { parseSort } from './ticket-list.sql.js';
import { TicketListRepository } from './ticket-list.repository.js';
import type { CreateTicketDto, TicketDto, TicketSummaryDto } from './ticket.dto.js';
import type { ListTicketsQuery } from './ticket-query.dto.js';
import type { TicketStatus } from './ticket.entity.js';
import { assertRequesterMay, hideFromRequester } from './requester-policy.js';
import { ExternalIdTaken, TicketNotFound, UnknownEarlierTicket } from './ticket.errors.js';
import type { TicketRow } from './ticket.sql.js';
import { TicketWriter } from './ticket-writer.js';
import { TicketsRepository } from './tickets.repository.js';
import { TransitionPolicy, type TicketSnapshot } from './transition-policy.js';

/** Creates, reads, lists and transitions tickets. */
@Injectable()
export class TicketsService {
  /** Readers of the same page at the same time share a statement that begins after they came. */
  private readonly pages = new SingleFlight<Page<TicketSummaryDto>>();

  constructor(
    private readonly repository: TicketsRepository,
    private readonly lists: TicketListRepository,
    private readonly policy: TransitionPolicy,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
    private readonly events: EventsRepository,
    private readonly numbering: EventNumbering,
    private readonly writer: TicketWriter,
    private readonly environment: Environment,
  ) {}

  /** Creates an opened ticket, once for each idempotency key of an actor. */
  async create(fields: CreateTicketDto, context: WriteContext): Promise<IdempotentResult<TicketDto>> {
    assertRequesterMay('create', fields, context.reader);
    const result = await this.idempotency.create(context, ['create ticket', fields], async (run) => {
      const { created, takenBy } = await this.repository.create(fields, context, run);
      if (created) return this.toDto(created, context.reader);
      throw takenBy === undefined ? new UnknownEarlierTicket() : new ExternalIdTaken(takenBy);
    });
    this.numbering.wake();
    return result;
  }

  /** Returns a ticket with its first comments, or throws TicketNotFound. */
  async find(id: number, reader: Reader): Promise<TicketDto> {
    const row = await this.repository.find(id, reader);
    if (!row) throw new TicketNotFound(id);
    return this.toDto(row, reader);
  }

  /** Returns a page of the tickets that match a query. */
  async list(query: ListTicketsQuery, reader: Reader): Promise<Page<TicketSummaryDto>> {
    assertRequesterMay('list', query, reader);
    const { limit, cursor, ...filters } = query;
    const list = `tickets ${JSON.stringify(filters)}`;
    const key = JSON.stringify([list, limit, cursor, reader]);
    return new Deadline().limit(this.pages.load(key, () => this.readPage(query, list, reader)));
  }

  private async readPage(query: ListTicketsQuery, list: string, reader: Reader) {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : this.cursors.open(list, cursor);
    const { rows, end } = await this.lists.find(query, after, reader);
    const { columns } = parseSort(query.sort);
    const sortKeysOf = (ticket: TicketSummaryDto) => columns.map((column) => ticket[column]);
    return cutPage(hideFromRequester(rows, reader), limit, { cursors: this.cursors, list, sortKeysOf, end });
  }

  /** Transitions a ticket to another status; throws TransitionNotAllowed if it is in that status already. */
  transition(id: number, status: TicketStatus, context: WriteContext) {
    assertRequesterMay('transition', { [status]: status }, context.reader);
    const statuses = this.policy.sourcesFor(status);
    return this.write(id, { fields: { status } }, statuses, context, (found) =>
      this.policy.rejection(id, found, context, status),
    );
  }

  /** Changes a ticket, its status too; throws TicketClosed if it is closed, TransitionNotAllowed, TicketClaimed or LimitReached. */
  change(id: number, change: TicketChange, context: WriteContext) {
    const { status: to, assignee } = change.fields;
    const claimant = change.is_claim ? assignee : undefined;
    return this.write(id, change, this.policy.changeable(to), context, (found) =>
      this.policy.changeRejection(id, found, context, { to, claimant }),
    );
  }

  /** Returns a page of the changes of a ticket, oldest first, or throws TicketNotFound. */
  async history(id: number, { limit, cursor }: PageQuery, reader: Reader): Promise<Page<HistoryEventDto>> {
    const list = `history of ${id}`;
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const events = await this.events.history(id, Number(after), limit + 1, reader);
    // No ticket has this id, or its history was deleted: earlier versions deleted events that had expired.
    if (events.length === 0) await this.find(id, reader);
    return cutPage(events, limit, { cursors: this.cursors, list, sortKeysOf: ({ version }) => [version] });
  }

  /**
   * Runs a change, once for each idempotency key of an actor; throws TicketNotFound, VersionMismatch, ExternalIdTaken, or the rejection.
   * @param statuses the statuses in which the ticket accepts the change
   */
  private write(
    id: number,
    change: TicketChange,
    statuses: readonly TicketStatus[],
    context: WriteContext,
    rejection: (found: TicketSnapshot | undefined) => Problem,
  ): Promise<IdempotentResult<TicketDto>> {
    const request = ['change ticket', id, change, statuses];
    return this.writer.run(id, request, context, async (run) => {
      const { found, changed, takenBy } = await this.repository.change(id, change, statuses, context, run);
      if (changed) return this.toDto(changed, context.reader);
      throw takenBy === undefined ? rejection(found) : new ExternalIdTaken(takenBy);
    });
  }

  /** Returns a ticket as it is shown to a reader: with the link to its further comments. */
  toDto(row: TicketRow, reader: Reader): TicketDto {
    const [ticket = row] = hideFromRequester([row], reader);
    const { id, comments, comment_count } = ticket;
    const last = comments.at(-1);
    const hasMore = last && comment_count > comments.length;
    const cursor = hasMore ? this.cursors.seal(commentList(id), [last.id]) : null;
    const comments_next =
      cursor === null ? null : `${this.environment.PUBLIC_URL}/ticket/${id}/comment?cursor=${cursor}`;
    return { ...ticket, comments_next };
  }
}
