import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { DataSource, QueryFailedError } from 'typeorm';

import { migrationOptions } from './data-source-options.js';
import { isLockNotAvailable } from './database-errors.js';
import { windFeedClock } from './feed-clock.js';
import type { PostgresServer } from './postgres-server.js';
import { checkSettings } from './check-settings.js';

/** The advisory lock that one replica holds while it migrates. Any number does, as long as it never changes. */
const migrationLock = 7_217_053;

/** How often a migration tries to get a lock that somebody else holds on, and how long it leaves the others alone between. */
const attempts = 200;
const pauseMs = 500;

/**
 * Brings the schema up to date, while other replicas may serve. Replicas that start together take turns under an advisory
 * lock, which PostgreSQL gives back by itself if a replica dies with it; all but the first then find nothing to do.
 */
export async function migrate(server: PostgresServer): Promise<void> {
  const source = await new DataSource(migrationOptions(server)).initialize();
  const turn = source.createQueryRunner();
  try {
    await checkSettings(source);
    // The lock is a transaction's, not a session's: behind a pooler of connections sessions are nobody's own.
    await turn.startTransaction();
    await turn.query('SET LOCAL lock_timeout = 0');
    await turn.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    // Without parameters: a portal of the extended protocol would keep its snapshot, for which CREATE INDEX CONCURRENTLY waits.
    await turn.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
    await retryOnLockTimeout(() => source.runMigrations());
    await windFeedClock(source);
    await turn.commitTransaction();
  } finally {
    // If something failed the connection ends here, and the lock with it.
    await source.destroy();
  }
}

/**
 * Does what may need the lock of a whole table. Whoever waits for one holds up all who come after, so a wait is cut short
 * after 300 ms, and tried again once the others have had their turn.
 */
async function retryOnLockTimeout(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === attempts || !isMigrationLockTimeout(error)) throw error;
      new Logger('Database').warn('A migration waits for a lock that another session holds; trying again');
      await sleep(pauseMs);
    }
  }
}

function isMigrationLockTimeout(error: unknown): boolean {
  return isLockNotAvailable(error instanceof QueryFailedError ? error.driverError : error);
}
