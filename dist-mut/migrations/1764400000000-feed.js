/**
 * Adds the position of every event in the feed, so that a consumer that continues after a position misses no event.
 *
 * A sequence cannot be this position, because of two transactions the one with the higher number may commit first. The
 * transaction id can, together with the oldest transaction that is still running: no event can appear below that one.
 * An event of a transaction that started early but wrote late gets the position of the ticket's previous event, so that
 * the events of a ticket are in the order of their versions.
 */
export class Feed1764400000000 {
    async up(runner) {
        // The only code that depends on transaction ids. After a restore into another server the 0 is replaced.
        await runner.query(`
      CREATE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE RETURN $1::text::bigint + 0`);
        // Existing events come first, in the order of their ids, so the default of new events is set afterwards.
        await runner.query(`ALTER TABLE event ADD COLUMN position bigint NOT NULL DEFAULT 0`);
        await runner.query(`ALTER TABLE ticket ADD COLUMN feed_position bigint NOT NULL DEFAULT 0`);
        const now = 'feed_clock(pg_current_xact_id())';
        await runner.query(`ALTER TABLE event ALTER COLUMN position SET DEFAULT ${now}`);
        await runner.query(`ALTER TABLE ticket ALTER COLUMN feed_position SET DEFAULT ${now}`);
        await runner.query(`CREATE INDEX event_in_feed ON event (position, id)`);
        // Start of the feed: the last event that was deleted.
        await runner.query(`
      CREATE TABLE feed_floor (
        position bigint NOT NULL,
        id       bigint NOT NULL,
        is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only)
      )`);
        await runner.query(`INSERT INTO feed_floor (position, id) VALUES (0, 0)`);
    }
    async down(runner) {
        await runner.query(`DROP TABLE feed_floor`);
        await runner.query(`ALTER TABLE ticket DROP COLUMN feed_position`);
        await runner.query(`ALTER TABLE event DROP COLUMN position`);
        await runner.query(`DROP FUNCTION feed_clock(xid8)`);
    }
}
//# sourceMappingURL=1764400000000-feed.js.map