import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Problem } from '../api/problem.js';
import type { WriteContext } from '../api/write-context.js';
import { Database, type Bulkhead, type Transaction } from '../database/database.js';
import { isLockTimeout } from '../database/database-errors.js';
import { Deadline } from '../database/deadline.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { idempotentReplays } from '../observability/metrics.js';
import { batchSize, claimKey, findKey, saveResponse, sweepKeys } from './idempotency.sql.js';

/** The result of a request, and whether it is that of an earlier one. */
export interface IdempotentResult<Result> {
  result: Result;
  replayed: boolean;
}

/** The stored response of a key, and the fingerprint of its request. */
interface StoredResponse<Result> {
  fingerprint: Buffer;
  answer: Result | null;
}

/** The deadline of a write, and its transaction if it has an Idempotency-Key. */
export interface Run {
  deadline: Deadline;
  transaction: Transaction | undefined;
}

/** Transactions at a time. One that waits for its key, or for a ticket that is locked, keeps its connection for up to a second. */
const maxTransactions = 4;

/** Makes requests with an Idempotency-Key safe to repeat. */
@Injectable()
export class IdempotencyService {
  private readonly bulkhead: Bulkhead;

  constructor(
    private readonly database: Database,
    jobs: JobScheduler,
  ) {
    this.bulkhead = database.bulkhead(maxTransactions);
    jobs.register('delete expired idempotency keys', async () => {
      return (await database.run(sweepKeys, [])).length === batchSize;
    });
  }

  /** Runs a creation like `once`; throws DatabaseUnavailable at its deadline. */
  create<Result>(
    context: WriteContext,
    request: unknown[],
    act: (run: Run) => Promise<Result>,
  ): Promise<IdempotentResult<Result>> {
    const deadline = new Deadline();
    return deadline.limit(
      this.once(context, request, (transaction) => act({ deadline, transaction }), deadline),
    );
  }

  /**
   * Runs a write once for a key, in one transaction with the record of its result: a process that dies leaves both or
   * neither. Throws Problem 422 if the key was used for another request, 409 if the first request is still in progress, 410 if its result was
   * erased.
   * @param request the request, for its fingerprint: a key is valid for one request
   * @param act the write, in the transaction if there is a key
   * @param deadline the time by which it begins, or never does
   */
  async once<Result>(
    { actor, reader, idempotencyKey }: WriteContext,
    request: unknown,
    act: (transaction: Transaction | undefined) => Promise<Result>,
    deadline = new Deadline(),
  ): Promise<IdempotentResult<Result>> {
    if (idempotencyKey === undefined) return { result: await act(undefined), replayed: false };
    // A client's key has no space, so two actors never share one.
    const key = actor === undefined ? idempotencyKey : `${idempotencyKey} ${actor}`;
    // The stored result is for one reader: the same actor may have a token of the team and one of a requester.
    const identity = reader.email === undefined ? request : [request, reader.email];
    const fingerprint = createHash('sha256').update(JSON.stringify(identity)).digest();
    return this.bulkhead(
      () =>
        this.database.transaction(async (transaction) => {
          // It waits for another transaction that has claimed the key, until the lock timeout.
          const claim = transaction.run(claimKey, [key, fingerprint]).catch(rethrowUnlessInProgress);
          if ((await claim).length > 0) {
            const result = await act(transaction);
            await transaction.run(saveResponse, [key, JSON.stringify(result)]);
            return { result, replayed: false };
          }
          const stored = await transaction.runForOne<StoredResponse<Result>>(findKey, [key]);
          if (!stored.fingerprint.equals(fingerprint))
            throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used for another request');
          if (stored.answer === null)
            throw new Problem('answer-erased', 'This request was carried out, and its answer was erased');
          idempotentReplays.inc();
          return { result: stored.answer, replayed: true };
        }),
      deadline,
    );
  }
}

function rethrowUnlessInProgress(error: unknown): never {
  if (!isLockTimeout(error)) throw error;
  const detail = 'The first request with this Idempotency-Key is still in progress';
  throw new Problem('request-in-progress', detail);
}
