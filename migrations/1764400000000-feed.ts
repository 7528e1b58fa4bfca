import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Gives every event a place in the feed, such that no reader who goes on from the last place it saw ever misses one.
 *
 * A sequence is no such place: of two transactions the one with the higher number may commit first. The number of the
 * transaction is one, together with a look at the oldest that is still running: below that nothing can appear any more.
 * An event of a transaction that began early, but wrote late, stands where the ticket's last event stood: so the events
 * of a ticket follow each other in the order of their versions.
 */
export class Feed1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // All that knows how transactions are numbered. A restore into another server puts a higher number for the 0.
    await runner.query(`
      CREATE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE RETURN $1::text::bigint + 0`);
    // What is there already comes first, in the order of its ids; the default of what follows is set thereafter.
    await runner.query(`ALTER TABLE event ADD COLUMN position bigint NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE ticket ADD COLUMN feed_position bigint NOT NULL DEFAULT 0`);
    const now = 'feed_clock(pg_current_xact_id())';
    await runner.query(`ALTER TABLE event ALTER COLUMN position SET DEFAULT ${now}`);
    await runner.query(`ALTER TABLE ticket ALTER COLUMN feed_position SET DEFAULT ${now}`);
    await runner.query(`CREATE INDEX event_in_feed ON event (position, id)`);
    // Where the feed begins: the last event that was swept.
    await runner.query(`
      CREATE TABLE feed_floor (
        position bigint NOT NULL,
        id       bigint NOT NULL,
        is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only)
      )`);
    await runner.query(`INSERT INTO feed_floor (position, id) VALUES (0, 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE feed_floor`);
    await runner.query(`ALTER TABLE ticket DROP COLUMN feed_position`);
    await runner.query(`ALTER TABLE event DROP COLUMN position`);
    await runner.query(`DROP FUNCTION feed_clock(xid8)`);
  }
}
