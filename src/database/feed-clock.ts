import type { DataSource } from 'typeorm';

/** More transactions than any consumer can have seen beyond a backup. */
const leap = 2 ** 32;

/**
 * Keeps the clock of the feed from going backwards. It counts PostgreSQL's transactions, which another server counts from
 * its own beginning: after a dump was restored there, new events would stand before the old ones and be seen by nobody.
 * Then the clock leaps ahead, over the last event, and over what consumers may have seen after the backup was made.
 */
export async function windFeedClock(source: DataSource): Promise<void> {
  const [clock] = await source.query<Clock[]>(`
    SELECT greatest((SELECT max(position) FROM event), (SELECT position FROM feed_floor)) AS last,
      feed_clock(pg_current_xact_id()) AS now, pg_current_xact_id()::text::bigint AS transaction`);
  if (!clock || clock.last < clock.now) return;
  const offset = clock.last - clock.transaction + leap;
  await source.query(`
    CREATE OR REPLACE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN $1::text::bigint + ${offset}`);
}

interface Clock {
  last: number;
  now: number;
  transaction: number;
}
