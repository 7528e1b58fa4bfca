import { Injectable } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import type { HistoryEventDto } from '../events/dto/event.dto.js';
import { History } from '../events/history.js';
import { Cursors } from '../http/cursors.js';
import { Idempotency, type Once, type Repeatable } from '../http/idempotency.js';
import type { Page, PageQuery } from '../http/page.js';
import type { CreateTicketDto } from './dto/create-ticket.dto.js';
import type { TicketDto } from './dto/ticket.dto.js';
import { commentsList } from './comments-list.js';
import { StaleVersion, TicketNotFound } from './ticket-errors.js';
import { ticketKey } from './ticket-key.js';
import { shownComments, type TicketRow } from './ticket-sql.js';
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
    private readonly idempotency: Idempotency,
    private readonly cursors: Cursors,
    private readonly changes: History,
  ) {}

  /** Creates a ticket, opened; once only for each idempotency key of an actor. */
  create(ticket: CreateTicketDto, by: Repeatable): Promise<Once<VersionedTicket>> {
    return this.idempotency.once(by, ['create ticket', ticket], async (session) =>
      this.show(await this.repository.create(ticket, by.actor, session)),
    );
  }

  /**
   * The ticket with its first comments.
   * @throws TicketNotFound
   */
  async find(id: number): Promise<VersionedTicket> {
    const row = await this.repository.find(id);
    if (!row) throw new TicketNotFound(id);
    return this.show(row);
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
    const from = this.policy.sourcesOf(to);
    const move = await this.cache.forgetAfter(ticketKey(id), () =>
      this.repository.move(id, { to, from, versions, actor }),
    );
    if (!move) throw new TicketNotFound(id);
    const { found, moved } = move;
    if (moved) return this.show(moved);
    if (versions && !versions.includes(found.version)) throw new StaleVersion(found.version);
    throw this.policy.moveRefusal(found.status, to);
  }

  /**
   * A page of the changes of a ticket, oldest first.
   * @throws TicketNotFound
   */
  async history(id: number, query: PageQuery): Promise<Page<HistoryEventDto>> {
    const page = await this.changes.of(id, query);
    // A ticket without a change is none, or has had no change for longer than events are kept.
    if (page.items.length === 0 && query.cursor === undefined) await this.find(id);
    return page;
  }

  private show({ version, ...ticket }: TicketRow): VersionedTicket {
    return { ticket: { ...ticket, comments_next: this.linkToMore(ticket) }, version };
  }

  private linkToMore({ id, comments, comment_count }: Omit<TicketRow, 'version'>): string | null {
    const last = comments.at(-1);
    if (comment_count <= shownComments || !last) return null;
    return `/ticket/${id}/comment?cursor=${this.cursors.seal(commentsList(id), [last.id])}`;
  }
}
