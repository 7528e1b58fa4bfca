import { createHash } from 'node:crypto';

import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import { Database, type Transaction } from '../database/database.js';
import { isLockTimeout } from '../database/database-errors.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { idempotentReplays } from '../observability/metrics.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { InvalidRequest, Problem } from '../api/problem.js';

/**
 * The request's Idempotency-Key: 1 to 255 visible ASCII characters.
 * @see The Idempotency-Key HTTP Header Field, draft-ietf-httpapi-idempotency-key-header
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const key = context.switchToHttp().getRequest<Request>().get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new InvalidRequest([
    { field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
  ]);
});

/** Who asks for what can be repeated. */
export interface IdempotentRequest {
  /** Who does it; a key is theirs alone. Undefined where nobody is asked. */
  actor: string | undefined;
  /** What the client sent; without one, it is simply done. */
  idempotencyKey: string | undefined;
}

/** What was answered, and whether it was answered before. */
export interface IdempotentResult<Result> {
  result: Result;
  replayed: boolean;
}

/** Lets a client repeat a POST without doing it twice. */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyRepository,
    jobs: JobScheduler,
  ) {
    jobs.register('delete expired idempotency keys', () => keys.sweep());
  }

  /**
   * Does something once for a key, in one transaction with the memory of it: a process that dies leaves both or
   * neither.
   * @param request what was asked for: a key holds for that alone
   * @param act does it, by the session it is given
   * @throws Problem 422 where the key was used for another request, 409 where that one is still under way
   */
  async once<Result>(
    { actor, idempotencyKey }: IdempotentRequest,
    request: unknown,
    act: (session: Transaction) => Promise<Result>,
  ): Promise<IdempotentResult<Result>> {
    if (idempotencyKey === undefined) return { result: await act(this.database), replayed: false };
    // A client's key has no space, so no two actors share one.
    const key = actor === undefined ? idempotencyKey : `${idempotencyKey} ${actor}`;
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest();
    return this.database.transaction(async (session) => {
      const isNew = await this.keys.claim(session, key, fingerprint).catch(rethrowUnlessInProgress);
      if (!isNew) {
        const result = await this.recall<Result>(session, key, fingerprint);
        idempotentReplays.inc();
        return { result, replayed: true };
      }
      const result = await act(session);
      await this.keys.saveResponse(session, key, result);
      return { result, replayed: false };
    });
  }

  private async recall<Result>(session: Transaction, key: string, fingerprint: Buffer): Promise<Result> {
    const remembered = await this.keys.findKey<Result>(session, key);
    if (remembered.fingerprint.equals(fingerprint)) return remembered.answer;
    throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used for another request');
  }
}

function rethrowUnlessInProgress(error: unknown): never {
  if (!isLockTimeout(error)) throw error;
  throw new Problem('request-in-progress', 'The first request with this Idempotency-Key is still under way');
}
