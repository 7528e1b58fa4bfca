/** Indexes by which erasure and retention find their rows. */
const indexes = {
    ticket_by_close: `ticket (closed_at, id) WHERE closed_at IS NOT NULL`,
    comment_of_email: `comment (lower(email))`,
    webhook_delivery_by_ticket: `webhook_delivery (ticket_id)`,
    idempotency_key_of_ticket: `idempotency_key ((CASE
    WHEN answer->'theme' IS NOT NULL THEN answer->>'id' ELSE answer->>'ticket_id' END))`,
    idempotency_key_of_email: `idempotency_key (lower(answer->>'email'))`,
};
/**
 * Creates the table of erasures, and the indexes by which erasure and retention find tickets, comments, stored answers and deliveries. An
 * event may be about no ticket: that of an erasure is not.
 *
 * The indexes are created without locks that writes would wait for, so the migration is no transaction. It can be interrupted and run again.
 */
export class Privacy1765000000071 {
    /** An index cannot be created concurrently inside a transaction. */
    transaction = false;
    async up(runner) {
        await runner.query(`
      CREATE TABLE IF NOT EXISTS erasure (
        id          bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email       text,
        mode        text           NOT NULL,
        state       text           NOT NULL DEFAULT 'pending',
        actor       text,
        tickets     integer        NOT NULL DEFAULT 0,
        comments    integer        NOT NULL DEFAULT 0,
        created_at  timestamptz(3) NOT NULL DEFAULT now(),
        finished_at timestamptz(3),
        worked_at   timestamptz    NOT NULL DEFAULT now(),
        tried_at    timestamptz    NOT NULL DEFAULT now(),
        CONSTRAINT erasure_keeps_no_address CHECK ((state = 'done') = (email IS NULL))
      )`);
        await runner.query(`ALTER TABLE event ALTER COLUMN ticket_id DROP NOT NULL, ALTER COLUMN version DROP NOT NULL`);
        for (const [name, on] of Object.entries(indexes)) {
            // The unfinished index of an interrupted run is invalid, and replaced.
            await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
            await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
        }
    }
    async down(runner) {
        for (const name of Object.keys(indexes))
            await runner.query(`DROP INDEX ${name}`);
        await runner.query(`DELETE FROM event WHERE ticket_id IS NULL`);
        await runner.query(`ALTER TABLE event ALTER COLUMN ticket_id SET NOT NULL, ALTER COLUMN version SET NOT NULL`);
        await runner.query(`DROP TABLE erasure`);
    }
}
//# sourceMappingURL=1765000000071-privacy.js.map