import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { DataSource, QueryFailedError } from 'typeorm';

import { migrationOptions } from './data-source-options.js';
import { isLockTimeout } from './database-errors.js';
import type { PostgresServer } from './postgres-server.js';

/** Key of the advisory lock that one replica holds while it migrates. Its value is arbitrary, but must never change. */
const migrationLock = 7_217_053;

const lockAttempts = 200;
const lockPauseMs = 500;

/** Distance that the feed's clock leaps ahead: more transactions than any consumer can have seen beyond a backup. */
const clockLeap = 2 ** 32;

/** Settings without which texts could not be stored, or times could not be parsed. A database or a role may change them. */
const requiredSettings = { server_encoding: 'UTF8', datestyle: 'ISO' };

/**
 * Runs the pending migrations, while other replicas may serve. Replicas that start together take turns under an advisory
 * lock, which PostgreSQL releases when a replica dies.
 */
export async function migrate(server: PostgresServer): Promise<void> {
  const source = await new DataSource(migrationOptions(server)).initialize();
  const lock = source.createQueryRunner();
  try {
    await checkSettings(source);
    // A transaction's lock, not a session's, because a pooler in transaction mode shares sessions.
    await lock.startTransaction();
    await lock.query('SET LOCAL lock_timeout = 0');
    await lock.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    // Without parameters: a portal of the extended protocol keeps its snapshot, and CREATE INDEX CONCURRENTLY waits for it.
    await lock.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
    await runMigrations(source);
    await windFeedClock(source);
    await lock.commitTransaction();
  } finally {
    // After an error this closes the connection, and so releases the lock.
    await source.destroy();
  }
}

/** Throws an error of one line that names a wrong setting of the database. */
async function checkSettings(source: DataSource): Promise<void> {
  const settings = await source.query<{ name: keyof typeof requiredSettings; value: string }[]>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [Object.keys(requiredSettings)],
  );
  for (const { name, value } of settings) {
    const required = requiredSettings[name];
    if (!value.startsWith(required))
      throw new Error(`PostgreSQL's ${name} is ${value}, but the service requires ${required}`);
  }
}

/**
 * Runs the migrations again after each lock timeout. A statement that waits for the lock of a table blocks all later ones,
 * so its wait is limited to 300 ms, with a pause in which the others can run.
 */
async function runMigrations(source: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await source.runMigrations();
      return;
    } catch (error) {
      const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
      if (attempt === lockAttempts || !isLockTimeout(cause)) throw error;
      new Logger('Database').warn('A migration waits for a lock that another session holds; trying again');
      await sleep(lockPauseMs);
    }
  }
}

/**
 * Keeps the clock of the feed from going backwards. It counts PostgreSQL's transactions, which another server counts from
 * its own beginning: after a dump was restored there, new events would stand before the old ones, where consumers do not
 * look. Then the clock leaps ahead, over the last event, and over what consumers may have seen after the backup was made.
 */
async function windFeedClock(source: DataSource): Promise<void> {
  const [clock] = await source.query<{ last: number; now: number; transaction: number }[]>(`
    SELECT greatest((SELECT max(position) FROM event), (SELECT position FROM feed_floor)) AS last,
      feed_clock(pg_current_xact_id()) AS now, pg_current_xact_id()::text::bigint AS transaction`);
  if (!clock || clock.last < clock.now) return;
  await source.query(`
    CREATE OR REPLACE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN $1::text::bigint + ${clock.last - clock.transaction + clockLeap}`);
}
