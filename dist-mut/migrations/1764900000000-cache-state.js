/**
 * Creates the row that says for all replicas at once whether the cache is on, and since which epoch.
 *
 * Versions before this one do not know it, so their writes would leave old tickets in the cache. Their writes fail from now on: they rely
 * on the default of event.at.
 */
export class CacheState1764900000000 {
    async up(runner) {
        // The row begins with the store of the embedded default. Replicas with Redis turn it off and name their own.
        await runner.query(`
      CREATE TABLE cache_state (
        epoch    bigint      NOT NULL DEFAULT 1,
        state    text        NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'off', 'warming')),
        store    text        NOT NULL DEFAULT 'memory',
        on_at    timestamptz NOT NULL DEFAULT '-infinity',
        retry_at timestamptz NOT NULL DEFAULT '-infinity',
        wait     interval    NOT NULL DEFAULT '2 seconds',
        is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only)
      )`);
        await runner.query(`INSERT INTO cache_state DEFAULT VALUES`);
        await runner.query(`ALTER TABLE event ALTER COLUMN at DROP DEFAULT`);
    }
    async down(runner) {
        await runner.query(`ALTER TABLE event ALTER COLUMN at SET DEFAULT clock_timestamp()`);
        await runner.query(`DROP TABLE cache_state`);
    }
}
//# sourceMappingURL=1764900000000-cache-state.js.map