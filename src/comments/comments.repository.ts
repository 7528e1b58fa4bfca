import { Injectable } from '@nestjs/common';

import { Database, type Statement } from '../database/database.js';
import type { CommentDto } from '../tickets/dto/comment.dto.js';
import type { TicketStatus } from '../tickets/ticket-status.js';
import type { CreateCommentDto } from './dto/create-comment.dto.js';

/**
 * Locks the ticket, and adds the comment only if the ticket takes one in the status it is then found in. A close that
 * holds the lock goes first, and this sees it; a close that waits for the lock comes after the comment.
 */
const addComment: Statement = {
  name: 'add_comment',
  text: `
    WITH locked AS (
      SELECT id, status FROM ticket WHERE id = $1 FOR NO KEY UPDATE
    ), changed AS (
      UPDATE ticket
      SET comment_count = comment_count + 1, version = version + 1,
          updated_at = greatest(updated_at, clock_timestamp())
      FROM locked
      WHERE ticket.id = locked.id AND locked.status = ANY ($4::ticket_status[])
      RETURNING ticket.id
    ), added AS (
      INSERT INTO comment (ticket_id, text, email)
      SELECT id, $2, $3 FROM changed
      RETURNING id, ticket_id, text, email, created_at
    )
    SELECT locked.status AS current, added.* FROM locked LEFT JOIN added ON true`,
};

/** What became of a comment: where its ticket stood and, if it was added, the comment. */
export interface Addition {
  current: TicketStatus;
  added: CommentDto | undefined;
}

/** The SQL of comments. */
@Injectable()
export class CommentsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Adds a comment if the ticket stands in one of `commentable`.
   * @returns undefined where there is no such ticket
   */
  async add(
    ticketId: number,
    { text, email }: CreateCommentDto,
    commentable: readonly TicketStatus[],
  ): Promise<Addition | undefined> {
    const values = [ticketId, text, email, commentable];
    const [row] = await this.database.run<AdditionRow>(addComment, values);
    if (!row) return undefined;
    const { current, ...comment } = row;
    return { current, added: isAdded(comment) ? comment : undefined };
  }
}

type NotAdded = Record<keyof CommentDto, null>;
type AdditionRow = { current: TicketStatus } & (CommentDto | NotAdded);

function isAdded(row: CommentDto | NotAdded): row is CommentDto {
  return row.id !== null;
}
