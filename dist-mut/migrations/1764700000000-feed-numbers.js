import { Feed1764400000000 } from './1764400000000-feed.js';
/** The events that one statement numbers. Writes do not wait for it, because nothing else updates an event. */
const batchSize = 10_000;
/**
 * Numbers the events 1, 2, 3, … in place of positions that depend on the transaction ids of one server, and removes the theme and
 * the email address from events.
 *
 * Each batch of existing events is a transaction of its own, so the migration can be interrupted and run again.
 */
export class FeedNumbers1764700000000 {
    /** An index cannot be created concurrently inside a transaction. */
    transaction = false;
    async up(runner) {
        await runner.query(`
      ALTER TABLE event ADD COLUMN IF NOT EXISTS number bigint, ADD COLUMN IF NOT EXISTS tag text`);
        await runner.query(`
      CREATE TABLE IF NOT EXISTS feed_state (
        last_number  bigint NOT NULL,
        last_tag     text   NOT NULL,
        floor_number bigint NOT NULL,
        floor_tag    text   NOT NULL,
        is_only      boolean PRIMARY KEY DEFAULT true CHECK (is_only)
      )`);
        await runner.query(`
      INSERT INTO feed_state (last_number, last_tag, floor_number, floor_tag)
      SELECT 0, tag, 0, tag FROM (SELECT substr(gen_random_uuid()::text, 1, 8) AS tag) AS random
      ON CONFLICT DO NOTHING`);
        if (await hasPositions(runner))
            await this.numberExisting(runner);
        // Unfinished indexes of an interrupted run are invalid, and replaced.
        await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS event_number`);
        await runner.query(`CREATE UNIQUE INDEX CONCURRENTLY event_number ON event (number)`);
        await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS event_unnumbered`);
        await runner.query(`CREATE INDEX CONCURRENTLY event_unnumbered ON event (id) WHERE number IS NULL`);
        await this.dropPositions(runner);
        await runner.query(`ANALYZE event`);
    }
    async down(runner) {
        await new Feed1764400000000().up(runner);
        await runner.query(`ALTER TABLE event DROP COLUMN number, DROP COLUMN tag`);
        await runner.query(`DROP TABLE feed_state`);
    }
    /**
     * Numbers the events that exist in their old order. An event that an old replica commits meanwhile below the place that was
     * reached stays without a number; the service numbers it, as it does all new events. Later events of its ticket are then later
     * in this order too.
     */
    async numberExisting(runner) {
        let place = { position: -1, id: 0 };
        while (place) {
            const { position, id } = place;
            [place] = (await runner.query(`
        WITH batch AS MATERIALIZED (
          SELECT position, id, number FROM event WHERE (position, id) > ($1, $2)
          ORDER BY position, id LIMIT ${batchSize}
        ), numbered AS (
          SELECT id, left(gen_random_uuid()::text, 8) AS tag,
            (SELECT last_number FROM feed_state) + row_number() OVER (ORDER BY position, id) AS number
          FROM batch WHERE number IS NULL
        ), updated AS (
          UPDATE event SET number = numbered.number, tag = numbered.tag,
            data = CASE type WHEN 'ticket.created' THEN '{}' ELSE data END
          FROM numbered WHERE event.id = numbered.id
        ), state AS (
          UPDATE feed_state SET last_number = newest.number, last_tag = newest.tag
          FROM (SELECT number, tag FROM numbered ORDER BY number DESC LIMIT 1) AS newest
        )
        SELECT position, id FROM batch ORDER BY position DESC, id DESC LIMIT 1`, [position, id]));
        }
    }
    /** Removes what the old order needed. Each statement locks its table for an instant only. */
    async dropPositions(runner) {
        await runner.query(`ALTER TABLE event DROP COLUMN IF EXISTS position`);
        await runner.query(`ALTER TABLE ticket DROP COLUMN IF EXISTS feed_position`);
        await runner.query(`DROP FUNCTION IF EXISTS feed_clock(xid8)`);
        await runner.query(`DROP TABLE IF EXISTS feed_floor`);
        // An event of an old replica that is not numbered yet.
        await runner.query(`UPDATE event SET data = '{}' WHERE number IS NULL AND type = 'ticket.created'`);
    }
}
/** False if an interrupted run has numbered all events already. */
async function hasPositions(runner) {
    const rows = (await runner.query(`
    SELECT 1 FROM pg_attribute
    WHERE attrelid = 'event'::regclass AND attname = 'position' AND NOT attisdropped`));
    return rows.length > 0;
}
//# sourceMappingURL=1764700000000-feed-numbers.js.map