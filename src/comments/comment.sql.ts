import { columnNames, columns, columnsOrDefaults, typedColumns } from '../api/dto.js';
import { isVisibleTo, sameAddress } from '../database/addresses.sql.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { storeCommentWords } from '../tickets/search/search-text.sql.js';
import { ifAllowed, lockTickets, type Lock } from '../tickets/ticket-write.sql.js';
import { CommentDto, CreateCommentDto } from './comment.dto.js';

/** The columns of a new comment that the statement sets. */
const added = `ticket_id, ticket_version, author, created_at, ${columns(CreateCommentDto)}`;

const names = columnNames(CreateCommentDto);
const given = columnsOrDefaults(CreateCommentDto, 'items')
  .map((value, n) => `${value} AS ${names[n] ?? ''}`)
  .join(', ');

const author = `CASE WHEN ${sameAddress('items.email', 'ticket.email')} THEN 'requester' ELSE 'team' END`;
const moment = '(SELECT created_at FROM moments WHERE ticket_id = locked.id)';

/**
 * Locks tickets, and adds a comment to each only if its status accepts comments and If-Match allows its version. A close
 * that holds the lock comes first and is seen here; a close that waits for the lock comes after the comment.
 * `moments` has one time for each comment, taken after its ticket was locked. $1: a JSON list of TicketWrite, each with the fields of the
 * comment and its words.
 */
const add = (lock: Lock) => ({
  name: `add_comments_${lock}`,
  text: `
    WITH ${lockTickets(`${typedColumns(CreateCommentDto)}, words tsvector`, lock)}, moments AS MATERIALIZED (
      SELECT id AS ticket_id, clock_timestamp() AS created_at FROM locked
    ), updated AS (
      UPDATE ticket
      SET comment_count = comment_count + 1, version = ticket.version + 1,
          internal_comment_count = internal_comment_count + (visibility IS NOT DISTINCT FROM 'internal')::integer,
          updated_at = greatest(updated_at, ${moment}),
          first_response_at = coalesce(first_response_at,
            CASE WHEN ${author} = 'team' AND visibility IS DISTINCT FROM 'internal' THEN ${moment} END)
      ${ifAllowed}
      RETURNING ticket.id AS ticket_id, ticket.version AS ticket_version, items.actor, items.requester,
        ${author}::comment_author AS author, items.words, ${given}
    ), added AS (
      INSERT INTO comment (${added})
      SELECT ${added} FROM updated JOIN moments USING (ticket_id)
      RETURNING ${columns(CommentDto)}
    ), ${recordEvent(`'comment.added'`, 'updated JOIN added USING (ticket_id)', {
      id: 'ticket_id',
      version: 'updated.ticket_version',
      actor: 'updated.actor',
      requester: 'updated.requester',
      data: `json_build_object('comment_id', added.id, 'visibility', added.visibility, 'author', added.author)`,
    })}, ${storeCommentWords('added JOIN (SELECT ticket_id, words FROM updated) AS texts USING (ticket_id)')}
    SELECT locked.id AS found_id, locked.status AS found_status, locked.version AS found_version,
      ${columns(CommentDto, 'added')}, ${stateReport}
    FROM locked LEFT JOIN added ON added.ticket_id = locked.id`,
});

/** The statements that add comments, by how they lock. */
export const addComments = { skip: add('skip'), wait: add('wait') };

/**
 * Returns a statement that reads a page in one order.
 *
 * $1: the id of the ticket; $2: the visibilities; $3: the id of the last comment of the page before, or null; $4: the limit; $5: the
 * address of the requester, or null.
 */
function list(name: string, [comparison, direction]: readonly [string, string]) {
  const text = `
    SELECT page.*
    FROM ticket LEFT JOIN LATERAL (
      SELECT ${columns(CommentDto, 'comment')}
      FROM comment
      WHERE ticket_id = ticket.id AND id ${comparison} AND visibility = ANY ($2::comment_visibility[])
      ORDER BY id ${direction} LIMIT $4
    ) AS page ON true
    WHERE ticket.id = $1 AND ${isVisibleTo('$5')}
    ORDER BY page.id ${direction}`;
  return { name, text };
}

/** The statements of lists, by their order. On a ticket, the order of the ids is that of the times. */
export const listComments = {
  created_at: list('list_comments', ['> coalesce($3, 0)', 'ASC']),
  '-created_at': list('list_newest_comments', ['< coalesce($3, 9223372036854775807)', 'DESC']),
};

/** $1: the id of the ticket; $2: the visibilities; $3: the id of the comment; $4: the address of the requester, or null. */
export const selectComment = {
  name: 'select_comment',
  text: `
    SELECT ${columns(CommentDto)} FROM comment
    WHERE ticket_id = $1 AND visibility = ANY ($2::comment_visibility[]) AND id = $3
      AND EXISTS (SELECT FROM ticket WHERE ticket.id = $1 AND ${isVisibleTo('$4')})`,
};
