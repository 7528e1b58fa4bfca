import { Injectable } from '@nestjs/common';

import type { WriteContext } from '../api/write-context.js';
import { Forbidden } from '../auth/auth.errors.js';
import type { CommentParams } from '../comments/comment.dto.js';
import { CommentNotFound } from '../comments/comments.service.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketWriter } from '../tickets/ticket-writer.js';
import { TicketsService } from '../tickets/tickets.service.js';
import { TransitionPolicy, type TicketSnapshot } from '../tickets/transition-policy.js';
import { RedactionsRepository } from './redactions.repository.js';

/** Redacts tickets and comments. */
@Injectable()
export class RedactionsService {
  constructor(
    private readonly repository: RedactionsRepository,
    private readonly tickets: TicketsService,
    private readonly policy: TransitionPolicy,
    private readonly writer: TicketWriter,
  ) {}

  /**
   * Redacts the theme and the text of a ticket; throws TicketNotFound, VersionMismatch or Forbidden.
   * @param mayErase whether the caller may redact closed tickets too
   */
  redactTicket(id: number, context: WriteContext, mayErase: boolean) {
    return this.writer.run(id, ['redact ticket', id], context, async ({ transaction }) => {
      const check = this.checkFor(id, context, mayErase);
      const row = await this.repository.redactTicket(id, context, check, transaction);
      if (!row) throw new TicketNotFound(id);
      return this.tickets.toDto(row, context.reader);
    });
  }

  /** Redacts a comment; throws like redactTicket, or CommentNotFound. */
  redactComment(path: CommentParams, context: WriteContext, mayErase: boolean) {
    const { ticket_id, comment_id } = path;
    const request = ['redact comment', ticket_id, comment_id];
    return this.writer.run(ticket_id, request, context, async ({ transaction }) => {
      const check = this.checkFor(ticket_id, context, mayErase);
      const comment = await this.repository.redactComment(path, context, check, transaction);
      if (!comment) throw new CommentNotFound(ticket_id, comment_id);
      return comment;
    });
  }

  private checkFor(id: number, context: WriteContext, mayErase: boolean) {
    return (found: TicketSnapshot | undefined): void => {
      const isExpected = !context.versions || (found && context.versions.includes(found.version));
      if (!found || !isExpected) throw this.policy.rejection(id, found, context);
      if (!mayErase && !this.policy.commentable().includes(found.status))
        throw new Forbidden('tickets:erase');
    };
  }
}
