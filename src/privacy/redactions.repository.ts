import { Injectable } from '@nestjs/common';

import { visibleTo } from '../api/audience.js';
import type { WriteContext } from '../api/write-context.js';
import type { CommentDto, CommentParams } from '../comments/comment.dto.js';
import { selectComment } from '../comments/comment.sql.js';
import { Database, type Transaction } from '../database/database.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';
import type { TicketSnapshot } from '../tickets/transition-policy.js';
import { lockTicket, lockWebhooks, redactComment, redactTicket } from './privacy.sql.js';

/** Throws the problem of a redaction that is not allowed. */
type Check = (found: TicketSnapshot | undefined) => void;

/** Runs the statements of redactions, in a transaction that locks the ticket first. */
@Injectable()
export class RedactionsRepository {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketsRepository,
  ) {}

  /** Redacts a ticket if the check of the locked ticket passes; returns the ticket. */
  redactTicket(id: number, { actor, reader }: WriteContext, check: Check, transaction?: Transaction) {
    return this.locked(id, check, transaction, async (on) => {
      await on.run(redactTicket, [[id], actor]);
      return this.tickets.find(id, reader, on);
    });
  }

  /** Redacts a comment if the check of the locked ticket passes; returns the comment, undefined if the ticket does not have it. */
  redactComment(
    { ticket_id, comment_id }: CommentParams,
    { actor, reader }: WriteContext,
    check: Check,
    transaction?: Transaction,
  ): Promise<CommentDto | undefined> {
    return this.locked(ticket_id, check, transaction, async (on) => {
      const read = () =>
        on.run<CommentDto>(selectComment, [ticket_id, visibleTo(reader.audience), comment_id, reader.email]);
      if ((await read()).length > 0) await on.run(redactComment, [[ticket_id], actor, comment_id]);
      return (await read())[0];
    });
  }

  private locked<Result>(
    id: number,
    check: Check,
    transaction: Transaction | undefined,
    redact: (on: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const work = async (on: Transaction) => {
      const [found] = await on.run<TicketSnapshot>(lockTicket, [id]);
      check(found);
      await on.run(lockWebhooks, []);
      return redact(on);
    };
    return transaction ? work(transaction) : this.database.transaction(work);
  }
}
