import { Injectable } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import type { HistoryEventDto } from '../events/dto/event.dto.js';
import { TicketHistoryService } from '../events/ticket-history.service.js';
import { Cursors } from '../api/cursors.js';
import {
  IdempotencyService,
  type IdempotentResult,
  type IdempotentRequest,
} from '../idempotency/idempotency.service.js';
import type { Page, PageQuery } from '../api/pagination.js';
import type { CreateTicketDto } from './dto/create-ticket.dto.js';
import type { TicketDto } from './dto/ticket.dto.js';
import { commentsList } from './comments-list.js';
import { VersionMismatch, TicketNotFound } from './ticket.errors.js';
import { ticketKey } from './ticket-key.js';
import { embeddedComments, type TicketRow } from './ticket.sql.js';
import type { TicketStatus } from './ticket-status.js';
import { TicketsRepository } from './tickets.repository.js';
import { TransitionPolicy } from './transition-policy.js';

/** A ticket, and the version that it is in. */
export interface VersionedTicket {
  ticket: TicketDto;
  version: number;
}

/** What can be done with a ticket. */
@Injectable()
export class TicketsService {
  constructor(
    private readonly repository: TicketsRepository,
    private readonly policy: TransitionPolicy,
    private readonly cache: ResponseCache,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
    private readonly changes: TicketHistoryService,
  ) {}

  /** Creates a ticket, opened; once only for each idempotency key of an actor. */
  create(ticket: CreateTicketDto, by: IdempotentRequest): Promise<IdempotentResult<VersionedTicket>> {
    return this.idempotency.once(by, ['create ticket', ticket], async (session) =>
      this.toDto(await this.repository.create(ticket, by.actor, session)),
    );
  }

  /**
   * The ticket with its first comments.
   * @throws TicketNotFound
   */
  async find(id: number): Promise<VersionedTicket> {
    const row = await this.repository.find(id);
    if (!row) throw new TicketNotFound(id);
    return this.toDto(row);
  }

  /**
   * Moves a ticket to another status, and forgets what the cache held of it.
   * @param call.actor who does it; undefined where nobody is asked
   * @param call.versions the versions that it may be in; undefined for any
   * @throws TicketNotFound
   * @throws StaleVersion where it is in another version
   * @throws ForbiddenMove where the rules do not allow it
   */
  async updateStatus(
    id: number,
    to: TicketStatus,
    { actor, versions }: { actor: string | undefined; versions: number[] | undefined },
  ): Promise<VersionedTicket> {
    const from = this.policy.sourcesFor(to);
    const move = await this.cache.invalidateAfter(ticketKey(id), () =>
      this.repository.transition(id, { to, from, versions, actor }),
    );
    if (!move) throw new TicketNotFound(id);
    const { found, moved } = move;
    if (moved) return this.toDto(moved);
    if (versions && !versions.includes(found.version)) throw new VersionMismatch(found.version);
    throw this.policy.transitionError(found.status, to);
  }

  /**
   * A page of the changes of a ticket, oldest first.
   * @throws TicketNotFound
   */
  async history(id: number, query: PageQuery): Promise<Page<HistoryEventDto>> {
    const page = await this.changes.find(id, query);
    // A ticket without a change is none, or has had no change for longer than events are kept.
    if (page.items.length === 0 && query.cursor === undefined) await this.find(id);
    return page;
  }

  private toDto({ version, ...ticket }: TicketRow): VersionedTicket {
    return { ticket: { ...ticket, comments_next: this.linkToMore(ticket) }, version };
  }

  private linkToMore({ id, comments, comment_count }: Omit<TicketRow, 'version'>): string | null {
    const last = comments.at(-1);
    if (comment_count <= embeddedComments || !last) return null;
    return `/ticket/${id}/comment?cursor=${this.cursors.seal(commentsList(id), [last.id])}`;
  }
}
