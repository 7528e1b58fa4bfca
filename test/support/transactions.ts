import { afterEach } from '@jest/globals';
import type { Client } from 'pg';

import { eventually } from './eventually.js';
import { connect } from './servers.js';

/** Rolls back a transaction that is still open. */
type Rollback = () => Promise<void>;

const rollbacks = new Set<Rollback>();

// A transaction that a failed test leaves open would keep its locks during the other tests.
afterEach(async () => {
  await Promise.all([...rollbacks].map((rollback) => rollback()));
});

/** Holds a transaction open after one statement, until it is rolled back or the test ends. */
export async function holdTransaction(
  database: string,
  sql: string,
  values: unknown[] = [],
): Promise<Rollback> {
  const client = await connect(database);
  const rollback = async () => {
    if (!rollbacks.delete(rollback)) return;
    await client.query('ROLLBACK');
    await client.end();
  };
  rollbacks.add(rollback);
  await client.query('BEGIN');
  await client.query(sql, values);
  return rollback;
}

/** Locks tickets against writes; returns the function that unlocks them. */
export function lockTicket(database: string, ...ids: number[]): Promise<Rollback> {
  return holdTransaction(database, 'SELECT 1 FROM ticket WHERE id = ANY ($1) FOR UPDATE', [ids]);
}

/** Waits until this many sessions of the database wait for a lock. */
export async function waitForBlockedSessions(database: string, sessions: number): Promise<void> {
  const observer = await connect(database);
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  try {
    await eventually(async () => (await observer.query(sql)).rows.length === sessions);
  } finally {
    await observer.end();
  }
}

/** Waits until every event of the database has its number. */
export async function waitForNumbers(database: string, withinMs?: number): Promise<void> {
  const observer = await connect(database);
  try {
    await waitForNumbersIn(observer, withinMs);
  } finally {
    await observer.end();
  }
}

/** Waits until every event has its number, by a connection to the database. */
export async function waitForNumbersIn(observer: Client, withinMs?: number): Promise<void> {
  const sql = 'SELECT 1 FROM event WHERE number IS NULL LIMIT 1';
  await eventually(async () => (await observer.query(sql)).rows.length === 0, withinMs);
}
