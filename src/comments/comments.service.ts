import { Injectable } from '@nestjs/common';

import { visibleTo, type Reader } from '../api/audience.js';
import { Cursors } from '../api/cursors.js';
import { cutPage, type Page } from '../api/pagination.js';
import type { WriteContext } from '../api/write-context.js';
import { assertRequesterMay } from '../tickets/requester-policy.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketWriter } from '../tickets/ticket-writer.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { commentList, type CommentDto, type CreateCommentDto } from './comment.dto.js';
import type { CommentParams, ListCommentsQuery } from './comment.dto.js';
import { CommentsRepository } from './comments.repository.js';

/** 404: no comment on this ticket has this id, or the reader may not see it. */
export class CommentNotFound extends TicketNotFound {
  constructor(ticketId: number, id: number) {
    super(ticketId, `There is no comment ${id} on ticket ${ticketId}`);
  }
}

/** Adds, reads and lists comments. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly repository: CommentsRepository,
    private readonly policy: TransitionPolicy,
    private readonly cursors: Cursors,
    private readonly writer: TicketWriter,
  ) {}

  /** Adds a comment, once for each idempotency key of an actor; throws TicketNotFound, VersionMismatch or TicketClosed. */
  add(ticketId: number, fields: CreateCommentDto, context: WriteContext) {
    assertRequesterMay('comment', fields, context.reader);
    const request = ['add comment', ticketId, fields];
    const statuses = this.policy.commentable();
    return this.writer.run(ticketId, request, context, async (run) => {
      const { found, changed } = await this.repository.add(ticketId, fields, statuses, context, run);
      if (changed) return changed;
      throw this.policy.rejection(ticketId, found, context);
    });
  }

  /** Returns a comment, or throws CommentNotFound. */
  async find({ ticket_id, comment_id }: CommentParams, reader: Reader): Promise<CommentDto> {
    const comment = await this.repository.find(ticket_id, comment_id, reader);
    if (!comment) throw new CommentNotFound(ticket_id, comment_id);
    return comment;
  }

  /** Returns a page of the comments of a ticket that the audience may see, or throws TicketNotFound. */
  async list(ticketId: number, query: ListCommentsQuery, reader: Reader): Promise<Page<CommentDto>> {
    const { sort, limit, cursor, visibility } = query;
    const list = commentList(ticketId, query);
    const [after] = cursor === undefined ? [] : this.cursors.open(list, cursor).map(Number);
    const visible = visibleTo(reader.audience).filter(
      (each) => visibility === undefined || each === visibility,
    );
    const comments = await this.repository.list(ticketId, visible, reader, { sort, limit: limit + 1, after });
    if (!comments) throw new TicketNotFound(ticketId);
    return cutPage(comments, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
  }
}
