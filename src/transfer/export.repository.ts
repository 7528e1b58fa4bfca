import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { CommentDto } from '../comments/comment.dto.js';
import { Database, type Statement, type Transaction } from '../database/database.js';
import type { FeedCursor } from '../events/feed-cursor.js';
import type { TicketSummaryDto } from '../tickets/ticket.dto.js';
import { cursors, preferFirstRows, selectStart, takeSnapshot } from './export.sql.js';

/** The exports of a process at a time. Each has a connection of its own. */
export const maxExports = 2;

/**
 * Time limits of a statement, and of the wait for a client that does not read. The server closes the connections of such clients sooner;
 * this limit ends the transaction of a process that is frozen.
 */
const statementTimeoutMs = 60_000;
const idleTimeoutMs = 60_000;

/** A ticket of an export, without its comments. */
export type ExportedTicket = TicketSummaryDto & { follows_external_id: string | null };

/** All tickets and comments, as one snapshot has them. */
export interface Snapshot {
  cursor: FeedCursor;
  /** The number of tickets. */
  count: number;
  /** The tickets, in the order of their ids. */
  tickets: AsyncIterable<ExportedTicket>;
  /** The comments of all tickets, in the order of their tickets, then of their ids. */
  comments: AsyncIterable<CommentDto>;
}

/** Reads snapshots of all tickets. */
@Injectable()
export class ExportRepository {
  private readonly pool: Pool;

  constructor(private readonly database: Database) {
    this.pool = database.openPool(
      { max: maxExports, idle_in_transaction_session_timeout: idleTimeoutMs },
      statementTimeoutMs,
    );
  }

  /** Runs work on a snapshot of the primary. Its transaction ends with the work. */
  withSnapshot(work: (snapshot: Snapshot) => Promise<void>): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await transaction.run(takeSnapshot, []);
      await transaction.run(preferFirstRows, []);
      const start = await transaction.runForOne<FeedCursor & { tickets: number }>(selectStart, []);
      const { number, tag, tickets: count } = start;
      for (const { declare } of Object.values(cursors)) await transaction.run(declare, []);
      const tickets = fetchAll<ExportedTicket>(transaction, cursors.tickets.fetch);
      const comments = fetchAll<CommentDto>(transaction, cursors.comments.fetch);
      await work({ cursor: { number, tag }, count, tickets, comments });
    }, this.pool);
  }
}

async function* fetchAll<Row>(transaction: Transaction, fetch: Statement): AsyncGenerator<Row> {
  for (;;) {
    const rows = await transaction.run<Row>(fetch, []);
    if (rows.length === 0) return;
    yield* rows;
  }
}
