import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { TicketCache } from '../cache/ticket-cache.js';
import { Database, type Transaction } from '../database/database.js';
import { hasUnnumbered, lockNumbering, numberEvents, selectUnnumbered } from './event-numbering.sql.js';

/** The time limit of one statement: a batch takes longer than a request may. */
const statementTimeoutMs = 5_000;

/** Runs the statements of the numbering. */
@Injectable()
export class EventNumberingRepository {
  /** A connection of its own, so that the feed does not wait while requests use the whole pool. */
  private readonly pool: Pool;

  constructor(
    private readonly database: Database,
    private readonly cache: TicketCache,
  ) {
    this.pool = database.openPool({ max: 1 }, statementTimeoutMs);
  }

  /** Numbers the oldest events in one transaction; returns how many. None while another replica does it. */
  async numberBatch(): Promise<number> {
    const [row] = await this.database.runOn<{ found: boolean }>(this.pool, hasUnnumbered, []);
    if (!row?.found) return 0;
    return this.database.transaction((transaction) => this.numberOldest(transaction), this.pool);
  }

  /**
   * Rule 7 of the cache: it forgets the tickets of the events first, because a writer may have died before it did so itself. Where that is
   * unsure nothing is numbered. Version 1 was never cached before.
   */
  private async numberOldest(transaction: Transaction): Promise<number> {
    const isLocked = (await transaction.run(lockNumbering, [])).length > 0;
    if (!isLocked) return 0;
    const events = await transaction.run<UnnumberedEvent>(selectUnnumbered, []);
    if (events.length === 0) return 0;
    const ofTickets = events.filter((event) => event.ticket_id !== null);
    const changed = new Map(ofTickets.map(({ ticket_id, version }) => [ticket_id, version]));
    const tickets = [...changed].map(([id, version]) => ({ id, version }));
    const later = tickets.filter(({ version }) => version > 1);
    if (later.length > 0) await this.cache.invalidate(later);
    await transaction.run(numberEvents, [events.map(({ id }) => id)]);
    return events.length;
  }
}

type UnnumberedEvent = { id: number } & (
  | { ticket_id: number; version: number }
  // An event of an erasure.
  | { ticket_id: null; version: null }
);
