import { columns, jsonColumns, typedColumns } from '../api/dto.js';
import { CommentDto } from '../comments/comment.dto.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { ifAllowed, lockTickets, type Lock } from './ticket-write.sql.js';
import { CreateTicketDto, TicketSummaryDto, type TicketDto } from './ticket.dto.js';

/** The most comments that a ticket is shown with. They end with the one that passes the size. */
export const embeddedComments = 100;
const embeddedBytes = 256 * 1024;

/** A row of the statements below: a ticket without the link to more comments. */
export type TicketRow = Omit<TicketDto, 'comments_next'>;

/**
 * The columns of a ticket as a reader sees it: `comment_count` counts what the reader may see.
 * @param visible the parameter with the visibilities, see `visibleTo`
 */
export const ticketColumns = (table: string, visible: string) =>
  columns(TicketSummaryDto, table).replace(
    `${table}.comment_count`,
    `${table}.comment_count - CASE WHEN 'internal' = ANY (${visible}::comment_visibility[]) THEN 0
      ELSE ${table}.internal_comment_count END AS comment_count`,
  );

const firstComments = (ticketId: string, visible: string) => `
  coalesce((
    SELECT json_agg(shown ORDER BY id) FROM (
      SELECT ${jsonColumns(CommentDto)} FROM (
        SELECT *, sum(octet_length(text)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(text) AS bytes_before
        FROM (
          SELECT * FROM comment WHERE ticket_id = ${ticketId} AND visibility = ANY (${visible}::comment_visibility[])
          ORDER BY comment.id LIMIT ${embeddedComments}
        ) AS first
      ) AS measured WHERE bytes_before <= ${embeddedBytes}
    ) AS shown
  ), '[]') AS comments`;

/** $1: a JSON list of the fields, each with its actor. The rows are in the order of the list. */
export const insertTickets = {
  name: 'insert_tickets',
  text: `
    WITH items AS MATERIALIZED (
      SELECT nextval('ticket_id_seq') AS id, fields.*
      FROM json_to_recordset($1) AS fields (${typedColumns(CreateTicketDto)}, actor text)
    ), created AS (
      INSERT INTO ticket (id, ${columns(CreateTicketDto)}) OVERRIDING SYSTEM VALUE
      SELECT id, ${columns(CreateTicketDto)} FROM items
      RETURNING *
    ), ${recordEvent('ticket.created', 'created JOIN items USING (id)', {
      id: 'id',
      version: 'created.version',
      actor: 'items.actor',
      data: `'{}'::json`,
    })}
    SELECT ${columns(TicketSummaryDto, 'created')}, '[]'::json AS comments
    FROM created ORDER BY created.id`,
};

/** $1: the ids; $2: the visibilities. Each has a row. One without a ticket reports the state too, because a standby may not have the ticket yet. */
export const selectTickets = {
  name: 'select_tickets',
  text: `
    SELECT ${ticketColumns('ticket', '$2')}, ${firstComments('ticket.id', '$2')}, ${stateReport}
    FROM unnest($1::bigint[]) AS wanted (id) LEFT JOIN ticket ON ticket.id = wanted.id`,
};

/**
 * Locks tickets, and transitions each only if the rules and If-Match allow that. The decision uses the locked row, so concurrent
 * transitions are serialised. $1: a JSON list of TicketWrite, each with the new status as `to`; $2: the visibilities.
 */
const transition = (lock: Lock) => ({
  name: `transition_tickets_${lock}`,
  text: `
    WITH ${lockTickets('"to" ticket_status', lock)}, updated AS (
      UPDATE ticket
      SET status = items."to", version = ticket.version + 1, updated_at = greatest(updated_at, clock_timestamp())
      ${ifAllowed}
      RETURNING ticket.*, locked.status AS status_before, items.actor
    ), ${recordEvent('ticket.status_changed', 'updated', {
      id: 'id',
      version: 'version',
      actor: 'actor',
      data: `json_build_object('from', status_before, 'to', status)`,
    })}
    SELECT locked.id AS found_id, locked.status AS found_status, locked.version AS found_version,
      ${ticketColumns('updated', '$2')}, ${firstComments('updated.id', '$2')}, ${stateReport}
    FROM locked LEFT JOIN updated USING (id)`,
});

/** The statements of transitions, by how they lock. */
export const transitionTickets = {
  skip: transition('skip'),
  wait: transition('wait'),
};

/** $1: the id of the ticket; $2: the visibilities. */
export const selectComments = {
  name: 'select_first_comments',
  text: `SELECT ${firstComments('$1', '$2')}`,
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
