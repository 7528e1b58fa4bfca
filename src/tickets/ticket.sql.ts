import { columns, jsonColumns, typedColumns } from '../api/dto.js';
import { CommentDto } from '../comments/comment.dto.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { CreateTicketDto, TicketSummaryDto, type TicketDto } from './ticket.dto.js';
import type { TicketStatus } from './ticket.entity.js';

/** The number of comments that a ticket is shown with. */
export const embeddedComments = 100;

/** A row of the statements below: a ticket without the link to more comments, and its version. */
export type TicketRow = Omit<TicketDto, 'comments_next'> & { version: number };

/** A row of a write: the state that it found, and the ticket if it was changed. */
export type TransitionRow = { found_status: TicketStatus; found_version: number } & (TicketRow | NoTicketRow);

/** A row without a ticket. */
export type NoTicketRow = Record<Exclude<keyof TicketRow, 'comments'>, null> & Pick<TicketRow, 'comments'>;

const firstComments = (ticketId: string) => `
  coalesce((
    SELECT json_agg(first ORDER BY id) FROM (
      SELECT ${jsonColumns(CommentDto)} FROM comment
      WHERE ticket_id = ${ticketId} ORDER BY comment.id LIMIT ${embeddedComments}
    ) AS first
  ), '[]') AS comments`;

/** The CTE of every write that locks the ticket $1. Its row is what the write decides on. */
export const lockTicket = `locked AS (SELECT id, status, version FROM ticket WHERE id = $1 FOR NO KEY UPDATE)`;

/** The condition of every write: the locked ticket has one of the statuses $3, and one of the versions $4 unless that is null. */
export const isAllowed = `
  ticket.id = locked.id AND locked.status = ANY ($3::ticket_status[])
  AND ($4::integer[] IS NULL OR locked.version = ANY ($4))`;

/** The columns of a changed ticket that its event records. */
const changed = { id: 'id', version: 'version' };

/** $1: the fields as JSON; $2: the actor. */
export const insertTicket = {
  name: 'insert_ticket',
  text: `
    WITH created AS (
      INSERT INTO ticket (${columns(CreateTicketDto)})
      SELECT ${columns(CreateTicketDto)} FROM json_to_record($1) AS fields (${typedColumns(CreateTicketDto)})
      RETURNING *
    ), ${recordEvent('ticket.created', 'created', {
      ...changed,
      actor: '$2',
      data: `'{}'::json`,
    })}
    SELECT ${columns(TicketSummaryDto, 'created')}, created.version, '[]'::json AS comments FROM created`,
};

/** $1: the id. A row without a ticket reports the state too, because a standby may not have the ticket yet. */
export const selectTicket = {
  name: 'select_ticket',
  isShort: true,
  text: `
    SELECT ${columns(TicketSummaryDto, 'ticket')}, version, ${firstComments('ticket.id')}, ${stateReport}
    FROM (VALUES ($1::bigint)) AS wanted (id) LEFT JOIN ticket ON ticket.id = wanted.id`,
};

/**
 * Locks the ticket, and transitions it only if the rules and If-Match allow that. The decision uses the
 * locked row, so concurrent transitions are serialised.
 *
 * $1: the id; $2: the new status; $3: the statuses that it may follow; $4: the versions of If-Match, or null; $5: the actor.
 */
export const transitionTicket = {
  name: 'transition_ticket',
  text: `
    WITH ${lockTicket}, updated AS (
      UPDATE ticket
      SET status = $2, version = ticket.version + 1, updated_at = greatest(updated_at, clock_timestamp())
      FROM locked
      WHERE ${isAllowed}
      RETURNING ticket.*, locked.status AS status_before
    ), ${recordEvent('ticket.status_changed', 'updated', {
      ...changed,
      actor: '$5',
      data: `json_build_object('from', status_before, 'to', status)`,
    })}
    SELECT locked.status AS found_status, locked.version AS found_version,
      ${columns(TicketSummaryDto, 'updated')}, updated.version, ${firstComments('updated.id')}, ${stateReport}
    FROM locked LEFT JOIN updated ON true`,
};

/** $1: the id of the ticket. */
export const selectComments = {
  name: 'select_first_comments',
  text: `SELECT ${firstComments('$1')}`,
};

/**
 * Estimates the number of tickets in each status from PostgreSQL's statistics. Counting would read the whole table.
 * @see https://www.postgresql.org/docs/current/view-pg-stats.html
 */
export const countByStatus = {
  name: 'count_tickets_by_status',
  text: `
    SELECT value AS status, (share * reltuples)::float8 AS tickets
    FROM pg_class
      JOIN pg_stats ON schemaname = relnamespace::regnamespace::text AND tablename = relname,
      unnest(most_common_vals::text::text[], most_common_freqs) AS common (value, share)
    WHERE pg_class.oid = 'ticket'::regclass AND attname = 'status'`,
};
