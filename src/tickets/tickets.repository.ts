import { Injectable } from '@nestjs/common';

import { Database, type Statement } from '../database/database.js';
import type { CreateTicketDto } from './dto/create-ticket.dto.js';
import type { TicketDto } from './dto/ticket.dto.js';
import type { TicketStatus } from './ticket-status.js';

/** How many comments a ticket is shown with. */
const shownComments = 100;

const columns = (table: string) =>
  ['id', 'theme', 'text', 'email', 'status', 'created_at', 'updated_at', 'comment_count']
    .map((column) => `${table}.${column}`)
    .join(', ');

/** The first comments of a ticket as a JSON array, in the shape of CommentDto. */
const firstComments = (ticketId: string) => `
  coalesce((
    SELECT json_agg(json_build_object(
      'id', id, 'ticket_id', ticket_id, 'text', text, 'email', email,
      'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY id)
    FROM (SELECT * FROM comment WHERE ticket_id = ${ticketId} ORDER BY id LIMIT ${shownComments}) AS first
  ), '[]') AS comments`;

const insertTicket: Statement = {
  name: 'insert_ticket',
  text: `
    INSERT INTO ticket (theme, text, email) VALUES ($1, $2, $3)
    RETURNING ${columns('ticket')}, '[]'::json AS comments`,
};

const selectTicket: Statement = {
  name: 'select_ticket',
  text: `SELECT ${columns('ticket')}, ${firstComments('ticket.id')} FROM ticket WHERE id = $1`,
};

/**
 * Locks the ticket, and moves it only if it stands where the rules allow. As the lock is taken first, `current` is
 * what the decision was made on, however many race for the ticket.
 */
const moveTicket: Statement = {
  name: 'move_ticket',
  text: `
    WITH locked AS (
      SELECT id, status FROM ticket WHERE id = $1 FOR NO KEY UPDATE
    ), moved AS (
      UPDATE ticket
      SET status = $2, version = version + 1, updated_at = greatest(updated_at, clock_timestamp())
      FROM locked
      WHERE ticket.id = locked.id AND locked.status = ANY ($3::ticket_status[])
      RETURNING ${columns('ticket')}
    )
    SELECT locked.status AS current, moved.*, ${firstComments('moved.id')}
    FROM locked LEFT JOIN moved ON true`,
};

const selectComments: Statement = {
  name: 'select_first_comments',
  text: `SELECT ${firstComments('$1')}`,
};

/** What became of a move: where the ticket stood and, if it was moved, the ticket as it is now. */
export interface Move {
  current: TicketStatus;
  moved: TicketDto | undefined;
}

/** The SQL of tickets. */
@Injectable()
export class TicketsRepository {
  constructor(private readonly database: Database) {}

  /** Creates a ticket, opened. */
  create({ theme, text, email }: CreateTicketDto): Promise<TicketDto> {
    return this.database.runForOne<TicketDto>(insertTicket, [theme, text, email]);
  }

  /** The ticket with its first comments, as one statement saw them. */
  async find(id: number): Promise<TicketDto | undefined> {
    const [ticket] = await this.database.run<TicketDto>(selectTicket, [id]);
    return ticket;
  }

  /**
   * Moves a ticket to `to` if it stands in one of `from`.
   * @returns undefined where there is no such ticket
   */
  async move(id: number, to: TicketStatus, from: readonly TicketStatus[]): Promise<Move | undefined> {
    const [row] = await this.database.run<MoveRow>(moveTicket, [id, to, from]);
    if (!row) return undefined;
    const { current, ...ticket } = row;
    return { current, moved: isMoved(ticket) ? await this.withItsComments(ticket) : undefined };
  }

  /**
   * A statement that waited for a lock returns the newest ticket, but sees the comments as they were when it began.
   * Where the two differ they are read again: the comments of a ticket that counts n are its first n, for ever.
   */
  private async withItsComments(ticket: TicketDto): Promise<TicketDto> {
    const { id, comment_count, comments } = ticket;
    if (comments.length === Math.min(comment_count, shownComments)) return ticket;
    const newer = await this.database.runForOne<Pick<TicketDto, 'comments'>>(selectComments, [id]);
    return { ...ticket, comments: newer.comments.slice(0, comment_count) };
  }
}

type Unmoved = Record<Exclude<keyof TicketDto, 'comments'>, null> & Pick<TicketDto, 'comments'>;
type MoveRow = { current: TicketStatus } & (TicketDto | Unmoved);

function isMoved(row: TicketDto | Unmoved): row is TicketDto {
  return row.id !== null;
}
