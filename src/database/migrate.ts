import { DataSource } from 'typeorm';

import { migrationOptions, type PostgresServer } from './data-source-options.js';
import { windFeedClock } from './feed-clock.js';
import { makeSearchColumn } from './search-column.js';

/** The advisory lock that one replica holds while it migrates. Any number does, as long as it never changes. */
const migrationLock = 7_217_053;

/**
 * Brings the schema up to date. Replicas that start together take turns under an advisory lock, which PostgreSQL
 * gives back by itself if a replica dies with it; all but the first then find nothing to do.
 */
export async function migrate(server: PostgresServer, searchDictionary: string): Promise<void> {
  const source = await new DataSource(migrationOptions(server)).initialize();
  try {
    const session = source.createQueryRunner();
    await session.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await source.runMigrations();
    await makeSearchColumn(session, searchDictionary);
    await windFeedClock(session);
    await session.release();
  } finally {
    // The session ends here, and the lock with it.
    await source.destroy();
  }
}
