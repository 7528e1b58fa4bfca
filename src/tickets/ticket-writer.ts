import { Injectable } from '@nestjs/common';

import type { WriteContext } from '../api/write-context.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService, type IdempotentResult, type Run } from '../idempotency/idempotency.service.js';
import { TicketQueue } from './ticket-queue.js';

/** Runs writes of tickets once for each idempotency key of an actor, and has their events numbered. */
@Injectable()
export class TicketWriter {
  constructor(
    private readonly queue: TicketQueue,
    private readonly idempotency: IdempotencyService,
    private readonly numbering: EventNumbering,
  ) {}

  /**
   * Runs a write of a ticket when the earlier ones of the same ticket have ended; throws like `TicketQueue.run` and `IdempotencyService.once`.
   * @param request the request, for the fingerprint of its idempotency key
   */
  async run<Result>(
    id: number,
    request: unknown[],
    context: WriteContext,
    write: (run: Run) => Promise<Result>,
  ): Promise<IdempotentResult<Result>> {
    const result = await this.queue.run(id, context.reader, (deadline) =>
      this.idempotency.once(context, request, (transaction) => write({ deadline, transaction }), deadline),
    );
    this.numbering.wake();
    return result;
  }
}
