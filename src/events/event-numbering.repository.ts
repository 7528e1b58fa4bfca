import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';

import { Database, openPool, type Transaction } from '../database/database.js';
import { hasUnnumbered, lockNumbering, numberEvents, selectUnnumbered } from './event-numbering.sql.js';

/** The time limit of one statement: a batch takes longer than a request may. */
const statementTimeoutMs = 5_000;

/** Runs the statements of the numbering. */
@Injectable()
export class EventNumberingRepository implements OnModuleDestroy {
  /** A connection of its own, so that the feed does not wait while requests use the whole pool. */
  private readonly pool: Pool;

  constructor(
    private readonly database: Database,
    source: DataSource,
  ) {
    this.pool = openPool(source, {
      max: 1,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 250,
    });
  }

  /** Numbers the oldest events in one transaction; returns how many. None while another replica does it. */
  async numberBatch(): Promise<number> {
    const [row] = await this.database.runOn<{ found: boolean }>(this.pool, hasUnnumbered, []);
    if (!row?.found) return 0;
    return this.database.transaction((transaction) => numberOldest(transaction), this.pool);
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.end();
  }
}

async function numberOldest(transaction: Transaction): Promise<number> {
  const isLocked = (await transaction.run(lockNumbering, [])).length > 0;
  if (!isLocked) return 0;
  const events = await transaction.run<{ id: number }>(selectUnnumbered, []);
  if (events.length > 0) await transaction.run(numberEvents, [events.map(({ id }) => id)]);
  return events.length;
}
