import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { connectionOptions, Database, type Transaction } from '../database/database.js';
import { errorMessage } from '../observability/error-message.js';
import {
  batchSize,
  hasUnnumbered,
  lockNumbering,
  numberEvents,
  selectUnnumbered,
} from './event-numbering.sql.js';
import { FeedTail } from './feed-tail.js';
import { Pause } from './pause.js';

/** The pause after a round, and after a failed one. */
const roundMs = 100;
const retryMs = 1_000;

/** The time limit of one statement: a batch takes longer than a request may. */
const statementTimeoutMs = 5_000;

/**
 * Numbers the committed events 1, 2, 3, … without a gap. Every replica tries it every 100 ms; whichever gets the lock numbers a batch,
 * in one transaction.
 *
 * A number depends on no clock, and a transaction that is still running holds nothing up: its events get later numbers.
 */
@Injectable()
export class EventNumbering implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('EventNumbering');
  /** A connection of its own, so that the feed does not wait while requests use the whole pool. */
  private readonly pool: pg.Pool;
  private readonly pause = new Pause();
  private rounds = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly tail: FeedTail,
    source: DataSource,
  ) {
    this.pool = new pg.Pool({
      ...connectionOptions(source),
      ...{ max: 1, statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + 250 },
    });
    // The pool replaces an idle connection that is lost; the error event would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Numbers the events of a write at once, if a stream of this process waits for them. */
  wake(): void {
    if (this.tail.isFollowed) this.pause.cut();
  }

  onApplicationBootstrap(): void {
    this.rounds = this.run();
  }

  /** Stops after the batch that is running. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.pause.cut();
    await this.rounds;
    await this.pool.end();
  }

  private async run(): Promise<void> {
    let pauseMs = 0;
    while (!this.isStopping) {
      try {
        const count = await this.numberBatch();
        if (count > 0) this.tail.moved();
        pauseMs = count === batchSize ? 0 : roundMs;
      } catch (error) {
        if (pauseMs !== retryMs) this.logger.warn(`Events cannot be numbered: ${errorMessage(error)}`);
        pauseMs = retryMs;
      }
      if (pauseMs > 0) await this.pause.wait(pauseMs);
    }
  }

  /** Numbers the oldest events; returns how many. */
  private async numberBatch(): Promise<number> {
    const [row] = await this.database.runOn<{ found: boolean }>(this.pool, hasUnnumbered, []);
    if (!row?.found) return 0;
    return this.database.transaction((transaction) => number(transaction), this.pool);
  }
}

async function number(transaction: Transaction): Promise<number> {
  const isLocked = (await transaction.run(lockNumbering, [])).length > 0;
  if (!isLocked) return 0;
  const events = await transaction.run<{ id: number }>(selectUnnumbered, []);
  if (events.length > 0) await transaction.run(numberEvents, [events.map(({ id }) => id)]);
  return events.length;
}
