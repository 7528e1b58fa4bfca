import { Injectable } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import { Cursors } from '../api/cursors.js';
import {
  IdempotencyService,
  type IdempotentResult,
  type IdempotentRequest,
} from '../idempotency/idempotency.service.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import type { CommentDto } from '../tickets/dto/comment.dto.js';
import { commentsList } from '../tickets/comments-list.js';
import { VersionMismatch, TicketNotFound } from '../tickets/ticket.errors.js';
import { ticketKey } from '../tickets/ticket-key.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { CommentsRepository } from './comments.repository.js';
import type { CreateCommentDto } from './dto/create-comment.dto.js';

/** What can be done with comments. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly repository: CommentsRepository,
    private readonly policy: TransitionPolicy,
    private readonly cache: ResponseCache,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Adds a comment to a ticket, once only for each idempotency key of an actor, and forgets what the cache held of the ticket.
   * @param call.versions the versions that the ticket may be in; undefined for any
   * @throws TicketNotFound
   * @throws StaleVersion where the ticket is in another version
   * @throws ClosedTicket
   */
  async add(
    ticketId: number,
    comment: CreateCommentDto,
    { versions, ...by }: IdempotentRequest & { versions: number[] | undefined },
  ): Promise<IdempotentResult<CommentDto>> {
    const request = ['add comment', ticketId, comment];
    const conditions = { statuses: this.policy.commentable(), versions, actor: by.actor };
    // After a repeat too: the process that added the comment may have died before it could.
    return this.cache.invalidateAfter(ticketKey(ticketId), () =>
      this.idempotency.once(by, request, async (session) => {
        const addition = await this.repository.add(ticketId, comment, conditions, session);
        if (!addition) throw new TicketNotFound(ticketId);
        const { found, added } = addition;
        if (added) return added;
        if (versions && !versions.includes(found.version)) throw new VersionMismatch(found.version);
        throw this.policy.commentError(found.status);
      }),
    );
  }

  /**
   * A page of the comments of a ticket, oldest first.
   * @throws TicketNotFound
   */
  async find(ticketId: number, { limit, cursor }: PageQuery): Promise<Page<CommentDto>> {
    const list = commentsList(ticketId);
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const comments = await this.repository.find(ticketId, Number(after), limit + 1);
    if (!comments) throw new TicketNotFound(ticketId);
    return cutPage(comments, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
  }
}
