import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import { DatabaseError, type Pool } from 'pg';

import { Database, type Bulkhead } from '../database/database.js';
import { concernsOneItem } from '../database/database-errors.js';
import { Deadline } from '../database/deadline.js';
import { ticketWords } from '../tickets/search/search-text.sql.js';
import { toWords } from '../tickets/search/words.js';
import type { NewTicket } from './import-line.js';
import { importTickets, selectIds } from './import.sql.js';

/** Connections of their own, so that imports never take those of requests. */
const poolSize = 2;

/** Time limit of a statement, which has up to 1.5 MiB of lines, and of an import's wait for its turn. */
const statementTimeoutMs = 10_000;
const waitTimeoutMs = 60_000;

/** The pause of an import while the process is at MAX_IN_FLIGHT. */
const saturatedPauseMs = 50;

/** The ticket of a line: created, or found by its external id; an error of PostgreSQL if it takes neither. */
export type Imported = { id: number; isCreated: boolean } | { error: string };

interface Row {
  n: number;
  id: number | null;
  is_created: boolean;
}

/** Runs the statements of imports. */
@Injectable()
export class ImportRepository {
  private readonly pool: Pool;
  private readonly bulkhead: Bulkhead;

  constructor(private readonly database: Database) {
    this.pool = database.openPool({ max: poolSize }, statementTimeoutMs);
    this.bulkhead = database.bulkhead(poolSize);
  }

  /** Throws DatabaseUnavailable if PostgreSQL does not respond. */
  async check(): Promise<void> {
    await this.run(selectIds, [[]]);
  }

  /**
   * Imports tickets in one statement. After an error that one of them may have caused, each is imported alone. Other errors are thrown;
   * then any of the tickets may have been created.
   */
  async import(tickets: NewTicket[], actor: string | undefined): Promise<Imported[]> {
    try {
      return await this.importAll(tickets, actor);
    } catch (error) {
      if (tickets.length === 1 && isRejection(error)) return [{ error: error.message }];
      if (tickets.length === 1 || !concernsOneItem(error)) throw error;
      const results: Imported[] = [];
      for (const ticket of tickets) results.push(...(await this.import([ticket], actor)));
      return results;
    }
  }

  private async importAll(tickets: NewTicket[], actor: string | undefined): Promise<Imported[]> {
    const rows = await this.run<Row>(importTickets, [...toLists(tickets), actor]);
    const found = new Map(rows.map((row) => [row.n, row]));
    const isUnknown = (n: number) => found.get(n)?.id === null;
    const names = tickets.filter((_, n) => isUnknown(n)).map(({ ticket }) => ticket.external_id);
    // Another session created these tickets after the statement had begun.
    const ids =
      names.length === 0 ? [] : await this.run<{ id: number; external_id: string }>(selectIds, [names]);
    const idOf = new Map(ids.map(({ id, external_id }) => [external_id, id]));
    return tickets.map(({ ticket }, n): Imported => {
      const { id, is_created } = found.get(n) ?? { id: null, is_created: false };
      const known = id ?? idOf.get(ticket.external_id);
      return known === undefined
        ? { error: 'The ticket was deleted meanwhile' }
        : { id: known, isCreated: is_created };
    });
  }

  /** Requests come first: imports wait while the process is at MAX_IN_FLIGHT. */
  private async run<Result>(statement: { name: string; text: string }, values: unknown[]): Promise<Result[]> {
    const deadline = new Deadline(waitTimeoutMs);
    while (this.database.isSaturated) {
      deadline.check();
      await sleep(saturatedPauseMs);
    }
    return this.bulkhead(() => this.database.runOn<Result>(this.pool, statement, values), deadline);
  }
}

/** PostgreSQL rejects the data itself. */
function isRejection(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && concernsOneItem(error);
}

/** Returns the tickets and the comments as JSON lists. */
function toLists(tickets: NewTicket[]): [string, string] {
  const items = tickets.map(({ ticket, follows, comments }, n) => ({
    ...{ ...ticket, ...ticketWords(ticket) },
    ...{ n, follows_name: follows, comment_count: comments.length },
    internal_count: comments.filter(({ visibility }) => visibility === 'internal').length,
  }));
  const comments = tickets.flatMap(({ comments: some }, n) =>
    some.map((comment, place) => ({ ...comment, words: toWords(comment.text), n, place })),
  );
  return [JSON.stringify(items), JSON.stringify(comments)];
}
