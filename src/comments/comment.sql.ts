import { columns, typedColumns } from '../api/dto.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { ifAllowed, lockTickets, type Lock } from '../tickets/ticket-write.sql.js';
import { CommentDto, CreateCommentDto } from './comment.dto.js';

/**
 * Locks tickets, and adds a comment to each only if its status accepts comments and If-Match allows its version. A close
 * that holds the lock comes first and is seen here; a close that waits for the lock comes after the comment.
 * $1: a JSON list of TicketWrite, each with the fields of the comment.
 */
const add = (lock: Lock) => ({
  name: `add_comments_${lock}`,
  text: `
    WITH ${lockTickets(typedColumns(CreateCommentDto), lock)}, updated AS (
      UPDATE ticket
      SET comment_count = comment_count + 1, version = ticket.version + 1,
          updated_at = greatest(updated_at, clock_timestamp())
      ${ifAllowed}
      RETURNING ticket.id AS ticket_id, ticket.version, items.*
    ), added AS (
      INSERT INTO comment (ticket_id, ${columns(CreateCommentDto)})
      SELECT ticket_id, ${columns(CreateCommentDto)} FROM updated
      RETURNING ${columns(CommentDto)}
    ), ${recordEvent(`'comment.added'`, 'updated JOIN added USING (ticket_id)', {
      id: 'ticket_id',
      version: 'updated.version',
      actor: 'updated.actor',
      data: `json_build_object('comment_id', added.id)`,
    })}
    SELECT locked.id AS found_id, locked.status AS found_status, locked.version AS found_version,
      ${columns(CommentDto, 'added')}, ${stateReport}
    FROM locked LEFT JOIN added ON added.ticket_id = locked.id`,
});

/** The statements that add comments, by how they lock. */
export const addComments = { skip: add('skip'), wait: add('wait') };

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
