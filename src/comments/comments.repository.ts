import { Injectable } from '@nestjs/common';

import type { WriteContext } from '../api/write-context.js';
import type { Transaction } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import type { TicketStatus } from '../tickets/ticket.entity.js';
import type { TicketSnapshot } from '../tickets/transition-policy.js';
import type { CommentDto, CreateCommentDto } from './comment.dto.js';
import { addComment, listComments } from './comment.sql.js';

/** The result of an addition: the state that it found, and the comment if it was added. */
export interface AddCommentResult {
  found: TicketSnapshot | undefined;
  added: CommentDto | undefined;
}

/** Runs the statements on comments. */
@Injectable()
export class CommentsRepository {
  constructor(private readonly replicas: Replicas) {}

  /** Adds a comment if the ticket is in one of `statuses`, and in one of the context's versions. */
  async add(
    ticketId: number,
    fields: CreateCommentDto,
    statuses: readonly TicketStatus[],
    { versions, actor }: WriteContext,
    transaction: Transaction,
  ): Promise<AddCommentResult> {
    const values = [ticketId, JSON.stringify(fields), statuses, versions, actor];
    const [row] = await transaction.run<AddCommentRow>(addComment, values);
    if (!row) return { found: undefined, added: undefined };
    const { found_status: status, found_version: version, ...comment } = row;
    return { found: { status, version }, added: isComment(comment) ? comment : undefined };
  }

  /** Returns the comments of a ticket after the one with the id `after`; undefined if the ticket does not exist. */
  async find(ticketId: number, after: number, limit: number): Promise<CommentDto[] | undefined> {
    const rows = await this.replicas.run<CommentDto | NoComment>(listComments, [ticketId, after, limit]);
    return rows.length === 0 ? undefined : rows.filter(isComment);
  }
}

type NoComment = Record<keyof CommentDto, null>;
type AddCommentRow = { found_status: TicketStatus; found_version: number } & (CommentDto | NoComment);

function isComment(row: CommentDto | NoComment): row is CommentDto {
  return row.id !== null;
}
