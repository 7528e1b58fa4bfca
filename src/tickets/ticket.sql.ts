import { columns, columnsOrDefaults, jsonColumns, typedColumns } from '../api/dto.js';
import { CommentDto } from '../comments/comment.dto.js';
import { isVisibleTo } from '../database/addresses.sql.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { storeTicketWords, ticketWordColumns } from './search/search-text.sql.js';
import type { Lock } from './ticket-write.sql.js';
import { CreateTicketDto, TicketSummaryDto, type TicketDto } from './ticket.dto.js';

/** The most comments that a ticket is shown with. They end with the one that passes the size. */
export const embeddedComments = 100;
const embeddedBytes = 256 * 1024;

/** A row of the statements below: a ticket without the link to more comments. */
export type TicketRow = Omit<TicketDto, 'comments_next'>;

/** The condition that a reader may see the ticket that another one follows. A requester may not see one of another address. */
export const mayFollow = (table: string, requester: string) =>
  `(${requester}::text IS NULL OR EXISTS (
    SELECT FROM ticket AS earlier WHERE earlier.id = ${table}.follows AND ${isVisibleTo(requester, 'earlier')}
  ))`;

/**
 * The columns of a ticket as a reader sees it: `comment_count` counts what the reader may see, and `follows` is null if the reader may not
 * see that ticket.
 * @param visible the parameter with the visibilities, see `visibleTo`
 * @param requester the parameter or expression with the address of a requester, or null for the team
 */
export const ticketColumns = (table: string, visible: string, requester: string) =>
  columns(TicketSummaryDto, table)
    .replace(
      `${table}.comment_count`,
      `${table}.comment_count - CASE WHEN 'internal' = ANY (${visible}::comment_visibility[]) THEN 0
      ELSE ${table}.internal_comment_count END AS comment_count`,
    )
    .replace(
      `${table}.follows`,
      `CASE WHEN ${mayFollow(table, requester)} THEN ${table}.follows END AS follows`,
    );

/** The column `comments` of a ticket: its first comments. */
export const firstComments = (ticketId: string, visible: string) => `
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

/** Time that a batch of creations waits for another one that has the same external id. After that each runs alone. */
const lockTimeout = '50ms';

/**
 * Creates tickets. One whose external id is taken, or that follows a ticket which does not exist, has a row of nulls. External ids are
 * inserted in their order, so that two batches with the same ones do not wait for each other.
 * $1: a JSON list of the fields, each with its actor and its words. The rows are in the order of the list.
 */
const insert = (lock: Lock) => ({
  name: `insert_tickets_${lock}`,
  text: `
    WITH items AS MATERIALIZED (
      SELECT nextval('ticket_id_seq') AS id, fields.*,
        follows IS NULL OR EXISTS (
          SELECT FROM ticket WHERE ticket.id = fields.follows AND ${isVisibleTo('fields.requester')}
        ) AS may_follow
      FROM json_to_recordset($1) AS fields (${typedColumns(CreateTicketDto)}, actor text, requester text, ${ticketWordColumns})
      ${lock === 'skip' ? `WHERE external_id IS NULL OR set_config('lock_timeout', '${lockTimeout}', true) IS NOT NULL` : ''}
    ), created AS (
      INSERT INTO ticket (id, ${columns(CreateTicketDto)}) OVERRIDING SYSTEM VALUE
      SELECT id, ${columnsOrDefaults(CreateTicketDto, 'items').join(', ')} FROM items WHERE may_follow ORDER BY external_id
      ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING
      RETURNING *
    ), ${recordEvent(`'ticket.created'`, 'created JOIN items USING (id)', {
      id: 'id',
      version: 'created.version',
      actor: 'items.actor',
      requester: 'items.requester',
      data: `'{}'::json`,
    })}, ${storeTicketWords('created JOIN items USING (id)')}
    SELECT may_follow, ${columns(TicketSummaryDto, 'created')}, '[]'::json AS comments
    FROM items LEFT JOIN created USING (id) ORDER BY items.id`,
});

/** The statements of creations, by how long they wait for other ones. */
export const insertTickets = { skip: insert('skip'), wait: insert('wait') };

/** $1: external ids. */
export const selectHolders = {
  name: 'select_holders_of_external_ids',
  text: `SELECT id, external_id FROM ticket WHERE external_id = ANY ($1::text[])`,
};

/** $1: the ids; $2: the visibilities; $3: the address of the requester, or null. Each has a row. One without a ticket reports the state too, because a standby may not have the ticket yet. */
export const selectTickets = {
  name: 'select_tickets',
  text: `
    SELECT ${ticketColumns('ticket', '$2', '$3')}, ${firstComments('ticket.id', '$2')}, ${stateReport}
    FROM unnest($1::bigint[]) AS wanted (id) LEFT JOIN ticket ON ticket.id = wanted.id AND ${isVisibleTo('$3')}`,
};

/** $1: the id of the ticket; $2: the visibilities. */
export const selectComments = { name: 'select_first_comments', text: `SELECT ${firstComments('$1', '$2')}` };

/** $1: the id of a ticket. */
export const selectLastEvent = {
  name: 'select_last_event_of_ticket',
  text: `SELECT type = 'ticket.deleted' AS is_deletion FROM event WHERE ticket_id = $1 ORDER BY version DESC LIMIT 1`,
};

/** The tickets that one statement closes. */
export const idleBatchSize = 100;

/** $1: the days without a change. */
export const selectIdle = {
  name: 'select_idle_tickets',
  text: `
    SELECT id, version FROM ticket
    WHERE status = 'answered' AND updated_at < now() - make_interval(days => $1)
    ORDER BY updated_at, id LIMIT ${idleBatchSize}`,
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
