import { Injectable } from '@nestjs/common';

import type { WriteContext } from '../api/write-context.js';
import { Database, type Transaction } from '../database/database.js';
import type { CreateTicketDto } from './ticket.dto.js';
import type { TicketStatus } from './ticket.entity.js';
import { countByStatus, insertTicket, selectComments, selectTicket, transitionTicket } from './ticket.sql.js';
import { embeddedComments, type NoTicketRow, type TicketRow, type TransitionRow } from './ticket.sql.js';
import type { TicketSnapshot } from './transition-policy.js';

/** The result of a transition: the state that it found, and the ticket if it was changed. */
export interface TransitionResult {
  found: TicketSnapshot | undefined;
  updated: TicketRow | undefined;
}

/** Runs the statements on single tickets. */
@Injectable()
export class TicketsRepository {
  constructor(private readonly database: Database) {}

  /** Creates an opened ticket. */
  create(fields: CreateTicketDto, { actor }: WriteContext, transaction: Transaction): Promise<TicketRow> {
    return transaction.runForOne<TicketRow>(insertTicket, [JSON.stringify(fields), actor]);
  }

  /** Returns the ticket with its first comments, from one snapshot. */
  async find(id: number): Promise<TicketRow | undefined> {
    const [row] = await this.database.run<TicketRow | NoTicketRow>(selectTicket, [id]);
    return row && isTicket(row) ? row : undefined;
  }

  /** Transitions a ticket to `to` if it is in one of `sources`, and in one of the context's versions. */
  async transition(
    id: number,
    to: TicketStatus,
    sources: readonly TicketStatus[],
    { versions, actor }: WriteContext,
  ): Promise<TransitionResult> {
    const values = [id, to, sources, versions, actor];
    const [row] = await this.database.run<TransitionRow>(transitionTicket, values);
    if (!row) return { found: undefined, updated: undefined };
    const { found_status: status, found_version: version, ...ticket } = row;
    const updated = isTicket(ticket) ? await this.withComments(ticket) : undefined;
    return { found: { status, version }, updated };
  }

  /** Returns about how many tickets are in each status; nothing before PostgreSQL has gathered statistics. */
  countByStatus(): Promise<{ status: TicketStatus; tickets: number }[]> {
    return this.database.run(countByStatus, []);
  }

  /**
   * Completes the comments of a changed ticket. A statement that waited for a lock returns the newest ticket, but its snapshot
   * shows the comments from before the wait. The comments of a ticket that counts n are always its first n.
   */
  private async withComments(ticket: TicketRow): Promise<TicketRow> {
    const { id, comment_count, comments } = ticket;
    if (comments.length === Math.min(comment_count, embeddedComments)) return ticket;
    const newer = await this.database.runForOne<Pick<TicketRow, 'comments'>>(selectComments, [id]);
    return { ...ticket, comments: newer.comments.slice(0, comment_count) };
  }
}

function isTicket(row: Omit<TicketRow | NoTicketRow, never>): row is TicketRow {
  return row.id !== null;
}
