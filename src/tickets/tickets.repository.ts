import { Injectable } from '@nestjs/common';

import { Database, type Transaction } from '../database/database.js';
import { nextFeedPosition, recordEvent } from '../events/record-event.sql.js';
import type { CreateTicketDto } from './dto/create-ticket.dto.js';
import { columns, firstComments, embeddedComments, type TicketRow } from './ticket.sql.js';
import type { TicketStatus } from './ticket-status.js';

const insertTicket = {
  name: 'insert_ticket',
  text: `
    WITH created AS (
      INSERT INTO ticket (theme, text, email) VALUES ($1, $2, $3) RETURNING *
    ), ${recordEvent('ticket.created', 'created', {
      id: 'id',
      version: 'version',
      position: 'feed_position',
      actor: '$4',
      data: `json_build_object('theme', theme, 'email', email)`,
    })}
    SELECT ${columns('created')}, created.version, '[]'::json AS comments FROM created`,
};

const selectTicket = {
  name: 'select_ticket',
  isShort: true,
  text: `SELECT ${columns('ticket')}, version, ${firstComments('ticket.id')} FROM ticket WHERE id = $1`,
};

/**
 * Locks the ticket, and moves it only if it stands where the rules allow and is in a version asked for. As the lock is
 * taken first, what it returns of the ticket before is what the decision was made on, however many race for it.
 */
const transitionTicket = {
  name: 'move_ticket',
  text: `
    WITH locked AS (
      SELECT id, status, version FROM ticket WHERE id = $1 FOR NO KEY UPDATE
    ), moved AS (
      UPDATE ticket
      SET status = $2, version = ticket.version + 1, updated_at = greatest(updated_at, clock_timestamp()),
          feed_position = ${nextFeedPosition}
      FROM locked
      WHERE ticket.id = locked.id
        AND locked.status = ANY ($3::ticket_status[])
        AND ($4::integer[] IS NULL OR locked.version = ANY ($4))
      RETURNING ticket.*, locked.status AS status_before
    ), ${recordEvent('ticket.status_changed', 'moved', {
      id: 'id',
      version: 'version',
      position: 'feed_position',
      actor: '$5',
      data: `json_build_object('from', status_before, 'to', status)`,
    })}
    SELECT locked.status AS found_status, locked.version AS found_version,
      ${columns('moved')}, moved.version, ${firstComments('moved.id')}
    FROM locked LEFT JOIN moved ON true`,
};

const selectComments = {
  name: 'select_first_comments',
  text: `SELECT ${firstComments('$1')}`,
};

/** What a write found when it had locked its ticket. */
export interface TicketSnapshot {
  status: TicketStatus;
  version: number;
}

/** A move that is asked for. */
interface TransitionRequest {
  to: TicketStatus;
  from: readonly TicketStatus[];
  versions: number[] | undefined;
  actor: string | undefined;
}

/** What became of a move: what it found and, if it was made, the ticket as it is now. */
export interface TransitionResult {
  found: TicketSnapshot;
  moved: TicketRow | undefined;
}

/** The SQL of single tickets. */
@Injectable()
export class TicketsRepository {
  constructor(private readonly database: Database) {}

  /** Creates a ticket, opened. */
  create(
    { theme, text, email }: CreateTicketDto,
    actor: string | undefined,
    session: Transaction,
  ): Promise<TicketRow> {
    return session.runForOne<TicketRow>(insertTicket, [theme, text, email, actor]);
  }

  /** The ticket with its first comments, as one statement saw them. */
  async find(id: number): Promise<TicketRow | undefined> {
    const [ticket] = await this.database.run<TicketRow>(selectTicket, [id]);
    return ticket;
  }

  /**
   * Moves a ticket to `to` if it stands in one of `from`, and is in one of `versions` where those are given.
   * @returns undefined where there is no such ticket
   */
  async transition(
    id: number,
    { to, from, versions, actor }: TransitionRequest,
  ): Promise<TransitionResult | undefined> {
    const [row] = await this.database.run<MoveRow>(transitionTicket, [id, to, from, versions, actor]);
    if (!row) return undefined;
    const { found_status, found_version, ...ticket } = row;
    const found = { status: found_status, version: found_version };
    return { found, moved: isMoved(ticket) ? await this.withItsComments(ticket) : undefined };
  }

  /**
   * A statement that waited for a lock returns the newest ticket, but sees the comments as they were when it began.
   * Where the two differ they are read again: the comments of a ticket that counts n are its first n, for ever.
   */
  private async withItsComments(ticket: TicketRow): Promise<TicketRow> {
    const { id, comment_count, comments } = ticket;
    if (comments.length === Math.min(comment_count, embeddedComments)) return ticket;
    const newer = await this.database.runForOne<Pick<TicketRow, 'comments'>>(selectComments, [id]);
    return { ...ticket, comments: newer.comments.slice(0, comment_count) };
  }
}

type Unmoved = Record<Exclude<keyof TicketRow, 'comments'>, null> & Pick<TicketRow, 'comments'>;
type MoveRow = { found_status: TicketStatus; found_version: number } & (TicketRow | Unmoved);

function isMoved(row: TicketRow | Unmoved): row is TicketRow {
  return row.id !== null;
}
