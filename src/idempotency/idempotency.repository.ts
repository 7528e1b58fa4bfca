import { Injectable } from '@nestjs/common';

import { Database, type Transaction } from '../database/database.js';

/** How long a key is remembered, as PostgreSQL reads it. */
const retention = '24 hours';

const claim = {
  name: 'claim_idempotency_key',
  // A key that another request is using now makes this one wait for it; one older than a day counts as new.
  text: `
    INSERT INTO idempotency_key AS kept (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()
    WHERE kept.created_at < now() - interval '${retention}'
    RETURNING key`,
};
const findKey = {
  name: 'recall_idempotency_key',
  text: `SELECT fingerprint, answer FROM idempotency_key WHERE key = $1`,
};
const saveResponse = {
  name: 'keep_idempotency_key',
  text: `UPDATE idempotency_key SET answer = $2 WHERE key = $1`,
};

/** How many keys one statement sweeps, so that none takes long. */
const maxSwept = 1_000;

const sweep = {
  name: 'sweep_idempotency_keys',
  // One that a request holds now is left for later.
  text: `
    DELETE FROM idempotency_key WHERE key IN (
      SELECT key FROM idempotency_key WHERE created_at < now() - interval '${retention}'
      ORDER BY created_at LIMIT ${maxSwept} FOR UPDATE SKIP LOCKED
    ) RETURNING key`,
};

/** What is remembered of a key: what was asked for, and what was answered. */
export interface StoredResponse<Result> {
  fingerprint: Buffer;
  answer: Result;
}

/** The SQL of idempotency keys. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /**
   * Claims a key in a transaction, which is to keep its answer; waits for another that has claimed it and still runs.
   * @returns whether the key was new
   * @throws DatabaseUnavailable by a lock timeout where the other one takes too long
   */
  async claim(session: Transaction, key: string, fingerprint: Buffer): Promise<boolean> {
    return (await session.run(claim, [key, fingerprint])).length > 0;
  }

  /** What is remembered of a key that was not new. */
  findKey<Result>(session: Transaction, key: string): Promise<StoredResponse<Result>> {
    return session.runForOne<StoredResponse<Result>>(findKey, [key]);
  }

  /** Keeps the answer, in the transaction that has claimed the key. */
  async saveResponse(session: Transaction, key: string, answer: unknown): Promise<void> {
    await session.run(saveResponse, [key, JSON.stringify(answer)]);
  }

  /** Forgets some of the keys that are old enough; says whether there may be more. */
  async sweep(): Promise<boolean> {
    return (await this.database.run(sweep, [])).length === maxSwept;
  }
}
