import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { Environment } from '../config/environment.js';
import { Database, type Statement, type Transaction } from '../database/database.js';
import type { AcceptedErasureDto, CreateErasureDto, ErasureDto } from './erasure.dto.js';
import { countErased, eraseAnswersTo, failErasure, finishErasure, insertErasure } from './erasure.sql.js';
import { lockCommentedBy, lockExpired, lockTicketsOf, selectErasure } from './erasure.sql.js';
import { selectUnnumberedErasure, takeErasure } from './erasure.sql.js';
import { batchSize, deleteTickets, eraseComments, eraseTickets, lockWebhooks } from './privacy.sql.js';

/** The time limit of a statement: tickets with very many comments take longer than a request may. */
const statementTimeoutMs = 10_000;

/** A batch of an erasure: its tickets, or none if no data of the address are left. */
interface ErasedBatch {
  erasure: number;
  tickets: number[];
  /** True if entries that the cache had of the erased tickets have expired. */
  isCacheExpired: boolean;
}

interface TakenErasure {
  id: number;
  email: string;
  mode: 'redact' | 'delete';
  actor: string | null;
  is_cache_expired: boolean;
}

/**
 * Runs the statements of erasures and of the retention. A batch is a transaction: it locks its tickets first, and changes them by a
 * statement whose snapshot shows what the writers before it have done.
 */
@Injectable()
export class ErasuresRepository {
  /** A connection of its own, so that requests do not wait for batches. */
  private readonly pool: Pool;

  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {
    this.pool = database.openPool({ max: 1 }, statementTimeoutMs);
  }

  /** Notes an erasure, in a transaction if there is one. */
  create({ email, mode }: CreateErasureDto, actor: string | undefined, on: Transaction = this.database) {
    return on.runForOne<AcceptedErasureDto>(insertErasure, [email, mode, actor]);
  }

  /** Returns an erasure. */
  async find(id: number): Promise<ErasureDto | undefined> {
    return (await this.database.run<ErasureDto>(selectErasure, [id]))[0];
  }

  /** Runs a batch of an erasure that no other replica works on; undefined if there is none. */
  async eraseBatch(): Promise<ErasedBatch | undefined> {
    let taken: TakenErasure | undefined;
    const work = async (on: Transaction) => {
      [taken] = await on.run<TakenErasure>(takeErasure, [this.environment.REDIS_EXPIRE_TIME]);
      if (!taken) return undefined;
      const tickets = await eraseSome(taken, on);
      return { erasure: taken.id, tickets, isCacheExpired: taken.is_cache_expired };
    };
    try {
      return await this.database.transaction(work, this.pool);
    } catch (error) {
      if (taken) await this.database.run(failErasure, [taken.id]);
      throw error;
    }
  }

  /** Checks whether the events of all batches have numbers. Then the cache has forgotten their tickets, whatever became of the replica. */
  async isNumbered(): Promise<boolean> {
    return (await this.database.run(selectUnnumberedErasure, [])).length === 0;
  }

  /** Ends an erasure, unless data of the address have come meanwhile. */
  async finish(id: number): Promise<void> {
    await this.database.run(finishErasure, [id]);
  }

  /** Deletes some tickets that were closed more than so many days ago. */
  async deleteExpired(days: number): Promise<{ deleted: number[]; mayHaveMore: boolean }> {
    const work = async (on: Transaction) => {
      const ids = await lock(on, lockExpired, days);
      if (ids.length > 0) await changeLocked(on, deleteTickets, [ids, 'system', 'retention']);
      return ids;
    };
    const deleted = await this.database.transaction(work, this.pool);
    return { deleted, mayHaveMore: deleted.length === batchSize };
  }
}

/** Erases some of the data of an address that are left; returns the tickets that it changed. */
async function eraseSome({ id, email, mode, actor }: TakenErasure, on: Transaction): Promise<number[]> {
  const own = await lock(on, lockTicketsOf, email);
  const tickets = own.length > 0 ? own : await lock(on, lockCommentedBy, email);
  if (tickets.length === 0) {
    await on.run(eraseAnswersTo, [email]);
    return tickets;
  }
  const erase = mode === 'delete' ? deleteTickets : eraseTickets;
  const values = mode === 'delete' ? [tickets, actor, 'erased'] : [tickets, actor];
  const counts =
    own.length > 0
      ? await changeLocked(on, erase, values)
      : await changeLocked(on, eraseComments, [tickets, actor, email]);
  await on.run(countErased, [id, counts.tickets, counts.comments]);
  return tickets;
}

async function lock(on: Transaction, statement: Statement, value: unknown): Promise<number[]> {
  return (await on.run<{ id: number }>(statement, [value])).map(({ id }) => id);
}

async function changeLocked(on: Transaction, statement: Statement, values: unknown[]) {
  await on.run(lockWebhooks, []);
  return on.runForOne<{ tickets: number; comments: number }>(statement, values);
}
