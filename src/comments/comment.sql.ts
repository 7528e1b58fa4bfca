import { columns, typedColumns } from '../api/dto.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { isAllowed, lockTicket } from '../tickets/ticket.sql.js';
import { CommentDto, CreateCommentDto } from './comment.dto.js';

/**
 * Locks the ticket, and adds the comment only if its status accepts comments and If-Match allows its version. A close
 * that holds the lock comes first and is seen here; a close that waits for the lock comes after the comment.
 *
 * $1: the id of the ticket; $2: the fields as JSON; $3: the statuses that accept comments; $4: the versions of If-Match, or null;
 * $5: the actor.
 */
export const addComment = {
  name: 'add_comment',
  text: `
    WITH ${lockTicket}, updated AS (
      UPDATE ticket
      SET comment_count = comment_count + 1, version = ticket.version + 1,
          updated_at = greatest(updated_at, clock_timestamp())
      FROM locked
      WHERE ${isAllowed}
      RETURNING ticket.id AS ticket_id, ticket.version
    ), added AS (
      INSERT INTO comment (ticket_id, ${columns(CreateCommentDto)})
      SELECT ticket_id, ${columns(CreateCommentDto, 'fields')}
      FROM updated, json_to_record($2) AS fields (${typedColumns(CreateCommentDto)})
      RETURNING ${columns(CommentDto)}
    ), ${recordEvent('comment.added', 'updated CROSS JOIN added', {
      id: 'updated.ticket_id',
      version: 'updated.version',
      actor: '$5',
      data: `json_build_object('comment_id', added.id)`,
    })}
    SELECT locked.status AS found_status, locked.version AS found_version, ${columns(CommentDto, 'added')},
      ${stateReport}
    FROM locked LEFT JOIN added ON true`,
};

/** $1: the id of the ticket; $2: the id of the last comment of the page before; $3: the limit. */
export const listComments = {
  name: 'list_comments',
  text: `
    SELECT page.*
    FROM ticket LEFT JOIN LATERAL (
      SELECT ${columns(CommentDto, 'comment')}
      FROM comment
      WHERE ticket_id = ticket.id AND id > $2
      ORDER BY id LIMIT $3
    ) AS page ON true
    WHERE ticket.id = $1
    ORDER BY page.id`,
};
