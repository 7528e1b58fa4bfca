import { Injectable } from '@nestjs/common';

import type { Transaction } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import { nextFeedPosition, recordEvent } from '../events/record-event.sql.js';
import type { CommentDto } from '../tickets/dto/comment.dto.js';
import type { TicketStatus } from '../tickets/ticket-status.js';
import type { TicketSnapshot } from '../tickets/tickets.repository.js';
import type { CreateCommentDto } from './dto/create-comment.dto.js';

/**
 * Locks the ticket, and adds the comment only if the ticket takes one in the status it is then found in, and is in a
 * version asked for. A close that holds the lock goes first, and this sees it; a close that waits for the lock comes
 * after the comment.
 */
const addComment = {
  name: 'add_comment',
  text: `
    WITH locked AS (
      SELECT id, status, version FROM ticket WHERE id = $1 FOR NO KEY UPDATE
    ), changed AS (
      UPDATE ticket
      SET comment_count = comment_count + 1, version = ticket.version + 1,
          updated_at = greatest(updated_at, clock_timestamp()), feed_position = ${nextFeedPosition}
      FROM locked
      WHERE ticket.id = locked.id
        AND locked.status = ANY ($4::ticket_status[])
        AND ($5::integer[] IS NULL OR locked.version = ANY ($5))
      RETURNING ticket.id, ticket.version, ticket.feed_position
    ), added AS (
      INSERT INTO comment (ticket_id, text, email)
      SELECT id, $2, $3 FROM changed
      RETURNING id, ticket_id, text, email, created_at
    ), ${recordEvent('comment.added', 'changed CROSS JOIN added', {
      id: 'changed.id',
      version: 'changed.version',
      position: 'changed.feed_position',
      actor: '$6',
      data: `json_build_object('comment_id', added.id)`,
    })}
    SELECT locked.status AS found_status, locked.version AS found_version, added.*
    FROM locked LEFT JOIN added ON true`,
};

const listComments = {
  name: 'list_comments',
  text: `
    SELECT page.*
    FROM ticket LEFT JOIN LATERAL (
      SELECT id, ticket_id, text, email, created_at
      FROM comment
      WHERE ticket_id = ticket.id AND id > $2
      ORDER BY id LIMIT $3
    ) AS page ON true
    WHERE ticket.id = $1
    ORDER BY page.id`,
};

/** When a comment is taken, and from whom it is. */
interface CommentConditions {
  statuses: readonly TicketStatus[];
  versions: number[] | undefined;
  actor: string | undefined;
}

/** What became of a comment: what its ticket was found in and, if it was added, the comment. */
export interface AddCommentResult {
  found: TicketSnapshot;
  added: CommentDto | undefined;
}

/** The SQL of comments. */
@Injectable()
export class CommentsRepository {
  constructor(private readonly replicas: Replicas) {}

  /**
   * Adds a comment if the ticket stands in one of `statuses`, and is in one of `versions` where those are given.
   * @returns undefined where there is no such ticket
   */
  async add(
    ticketId: number,
    { text, email }: CreateCommentDto,
    { statuses, versions, actor }: CommentConditions,
    session: Transaction,
  ): Promise<AddCommentResult | undefined> {
    const [row] = await session.run<AdditionRow>(addComment, [
      ticketId,
      text,
      email,
      statuses,
      versions,
      actor,
    ]);
    if (!row) return undefined;
    const { found_status, found_version, ...comment } = row;
    const found = { status: found_status, version: found_version };
    return { found, added: isComment(comment) ? comment : undefined };
  }

  /**
   * The comments of a ticket after the one numbered `after`, oldest first.
   * @returns undefined where there is no such ticket
   */
  async find(ticketId: number, after: number, max: number): Promise<CommentDto[] | undefined> {
    const rows = await this.replicas.run<CommentDto | NoComment>(listComments, [ticketId, after, max]);
    return rows.length === 0 ? undefined : rows.filter(isComment);
  }
}

type NoComment = Record<keyof CommentDto, null>;
type AdditionRow = { found_status: TicketStatus; found_version: number } & (CommentDto | NoComment);

function isComment(row: CommentDto | NoComment): row is CommentDto {
  return row.id !== null;
}
