import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';

import { migrationOptions } from './data-source-options.js';
import { isLockTimeout } from './database-errors.js';
import type { PostgresServer } from './postgres-server.js';

/** Key of the advisory lock that one replica holds while it migrates. Its value is arbitrary, but must never change. */
const migrationLock = 7_217_053;

const lockAttempts = 200;
const lockPauseMs = 500;
const turnPauseMs = 100;

/**
 * Settings without which texts could not be stored, times could not be parsed, an acknowledged write could be lost, or a write
 * that waits for a lock would fail. A database or a role may change them.
 */
const requiredSettings = {
  server_encoding: { allowed: /^UTF8$/, advice: 'UTF8: create the database with ENCODING UTF8' },
  datestyle: { allowed: /^ISO/, advice: 'ISO: ALTER ROLE … SET datestyle = ISO' },
  synchronous_commit: {
    allowed: /^(on|local|remote_write|remote_apply)$/,
    advice: 'on: ALTER ROLE … SET synchronous_commit = on',
  },
  default_transaction_isolation: {
    allowed: /^read committed$/,
    advice: "read committed: ALTER ROLE … SET default_transaction_isolation = 'read committed'",
  },
  default_transaction_read_only: {
    allowed: /^off$/,
    advice: 'off: ALTER ROLE … SET default_transaction_read_only = off',
  },
};

/**
 * Runs the pending migrations, while other replicas may serve. Replicas that start together take turns under an advisory
 * lock, which PostgreSQL releases when a replica dies.
 */
export async function migrate(server: PostgresServer): Promise<void> {
  // The error of a migration is reported once, by the start that fails. The console logger would add a line of its own.
  const source = await new DataSource({ ...migrationOptions(server), logger: 'debug' }).initialize();
  const lock = source.createQueryRunner();
  try {
    await checkSettings(source);
    await checkPrimary(source, server);
    // A transaction's lock, not a session's, because a pooler in transaction mode shares sessions.
    await lock.startTransaction();
    await lock.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await waitForTurn(lock);
    await runMigrations(source);
    await lock.commitTransaction();
  } finally {
    // After an error this closes the connection, and so releases the lock.
    await source.destroy();
  }
}

/**
 * Waits for the advisory lock. A statement that waited for it would keep its snapshot, and CREATE INDEX CONCURRENTLY of the replica that
 * migrates would wait for that one. So it asks again and again, and without parameters: a portal of the extended protocol keeps its
 * snapshot too.
 */
async function waitForTurn(lock: QueryRunner): Promise<void> {
  const tryLock = `SELECT pg_try_advisory_xact_lock(${migrationLock}) AS "isLocked"`;
  for (;;) {
    const [row] = (await lock.query(tryLock)) as { isLocked: boolean }[];
    if (row?.isLocked) return;
    await sleep(turnPauseMs);
  }
}

/** Throws an error of one line that names a wrong setting of the database. */
async function checkSettings(source: DataSource): Promise<void> {
  const settings = await source.query<{ name: keyof typeof requiredSettings; value: string }[]>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [Object.keys(requiredSettings)],
  );
  for (const { name, value } of settings) {
    const { allowed, advice } = requiredSettings[name];
    if (!allowed.test(value))
      throw new Error(`PostgreSQL's ${name} is ${value}, but the service requires ${advice}`);
  }
}

/** Throws an error of one line where the server is a standby: its data may be old, and it takes no writes. */
async function checkPrimary(source: DataSource, { options }: PostgresServer): Promise<void> {
  const [row] = await source.query<{ isStandby: boolean }[]>('SELECT pg_is_in_recovery() AS "isStandby"');
  if (!row?.isStandby) return;
  throw new Error(
    `PostgreSQL at ${options.host}:${options.port} is a standby: POSTGRES_HOST must name the primary`,
  );
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
