import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';
import { EventNumberingRepository } from './event-numbering.repository.js';
import { batchSize } from './event-numbering.sql.js';
import { FeedTail } from './feed-tail.js';
import { Pause } from './pause.js';

/** The pause after a round, and after a failed one. */
const roundMs = 100;
const retryMs = 1_000;

/**
 * Numbers the committed events 1, 2, 3, … without a gap. Every replica tries it every 100 ms; whichever gets the lock numbers a batch,
 * in one transaction.
 *
 * A number depends on no clock, and a transaction that is still running holds nothing up: its events get later numbers.
 */
@Injectable()
export class EventNumbering implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('EventNumbering');
  private readonly pause = new Pause();
  private rounds = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly repository: EventNumberingRepository,
    private readonly tail: FeedTail,
  ) {}

  /** Called when events have got their numbers. While it is set, the events of a write are numbered at once. */
  onNumbered: (() => void) | undefined;

  /** Numbers the events of a write at once, if a stream or an endpoint waits for them. */
  wake(): void {
    if (this.tail.isFollowed || this.onNumbered) this.pause.cut();
  }

  onApplicationBootstrap(): void {
    this.rounds = this.run();
  }

  /** Stops after the batch that is running. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.pause.cut();
    await this.rounds;
  }

  private async run(): Promise<void> {
    let pauseMs = 0;
    while (!this.isStopping) {
      try {
        const count = await this.repository.numberBatch();
        if (count > 0) {
          this.tail.moved();
          this.onNumbered?.();
        }
        pauseMs = count === batchSize ? 0 : roundMs;
      } catch (error) {
        if (pauseMs !== retryMs) this.logger.warn(`Events cannot be numbered: ${errorMessage(error)}`);
        pauseMs = retryMs;
      }
      if (pauseMs > 0) await this.pause.wait(pauseMs);
    }
  }
}
