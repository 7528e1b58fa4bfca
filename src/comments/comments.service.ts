import { Injectable } from '@nestjs/common';

import { Cursors } from '../api/cursors.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import type { WriteContext } from '../api/write-context.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketQueue } from '../tickets/ticket-queue.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { commentList, type CommentDto, type CreateCommentDto } from './comment.dto.js';
import { CommentsRepository } from './comments.repository.js';

/** Adds and lists comments. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly repository: CommentsRepository,
    private readonly policy: TransitionPolicy,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
    private readonly numbering: EventNumbering,
    private readonly queue: TicketQueue,
  ) {}

  /** Adds a comment, once for each idempotency key of an actor; throws TicketNotFound, VersionMismatch or TicketClosed. */
  async add(ticketId: number, fields: CreateCommentDto, context: WriteContext) {
    const request = ['add comment', ticketId, fields];
    const statuses = this.policy.commentable();
    const result = await this.queue.run(ticketId, (deadline) =>
      this.idempotency.once<CommentDto>(
        context,
        request,
        async (transaction) => {
          const run = { deadline, transaction };
          const { found, changed } = await this.repository.add(ticketId, fields, statuses, context, run);
          if (changed) return changed;
          throw this.policy.rejection(ticketId, found, context);
        },
        deadline,
      ),
    );
    this.numbering.wake();
    return result;
  }

  /** Returns a page of the comments of a ticket, oldest first, or throws TicketNotFound. */
  async find(ticketId: number, { limit, cursor }: PageQuery): Promise<Page<CommentDto>> {
    const list = commentList(ticketId);
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const comments = await this.repository.find(ticketId, Number(after), limit + 1);
    if (!comments) throw new TicketNotFound(ticketId);
    return cutPage(comments, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
  }
}
