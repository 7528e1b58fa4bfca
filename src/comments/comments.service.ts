import { Injectable } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import type { CommentDto } from '../tickets/dto/comment.dto.js';
import { TicketNotFound } from '../tickets/ticket-errors.js';
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
  ) {}

  /**
   * Adds a comment to a ticket, and forgets what the cache held of the ticket.
   * @throws TicketNotFound
   * @throws ClosedTicket
   */
  async add(ticketId: number, comment: CreateCommentDto): Promise<CommentDto> {
    const addition = await this.repository.add(ticketId, comment, this.policy.commentable());
    if (!addition) throw new TicketNotFound(ticketId);
    if (!addition.added) throw this.policy.refuseComment(addition.current);
    await this.cache.invalidate(ticketKey(ticketId));
    return addition.added;
  }
}
