/** The tickets that one statement looks at, so that no row is locked for long. */
const batchSize = 10_000;
const constraints = ['external_id', 'assignee', 'tags', 'metadata'].map((field) => `ticket_${field}_bounds`);
/**
 * Fills in the times of existing tickets, validates the constraints of the migration before, and makes external ids unique.
 *
 * A closed ticket accepts no change, so it was closed by its last one. Each batch is a transaction of its own, so the migration can be
 * interrupted and run again.
 */
export class TicketTimes1765000000022 {
    /** An index cannot be created concurrently inside a transaction. */
    transaction = false;
    async up(runner) {
        for (let last = 0; last !== null;) {
            const [row] = (await runner.query(fillTimes, [last]));
            last = row?.last ?? null;
        }
        for (const name of constraints)
            await runner.query(`ALTER TABLE ticket VALIDATE CONSTRAINT ${name}`);
        // The unfinished index of an interrupted run is invalid, and replaced.
        await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ticket_by_external_id`);
        await runner.query(`CREATE UNIQUE INDEX CONCURRENTLY ticket_by_external_id ON ticket (external_id) WHERE external_id IS NOT NULL`);
        // Responses that are stored for repeated requests have the version inside the ticket now.
        await runner.query(`
      UPDATE idempotency_key SET answer = (answer::jsonb -> 'ticket' || jsonb_build_object('version', answer -> 'version'))::json
      WHERE answer -> 'ticket' IS NOT NULL`);
    }
    async down(runner) {
        await runner.query(`DROP INDEX ticket_by_external_id`);
    }
}
/** $1: the last ticket of the batch before. Returns the last one of this batch, or null. */
const fillTimes = `
  WITH batch AS MATERIALIZED (
    SELECT id, status, created_at, updated_at FROM ticket WHERE id > $1 ORDER BY id LIMIT ${batchSize}
  ), times AS (
    SELECT id, CASE status WHEN 'closed' THEN updated_at END AS closed_at,
      CASE status WHEN 'closed' THEN updated_at WHEN 'opened' THEN created_at ELSE coalesce((
        SELECT max(at) FROM event WHERE ticket_id = batch.id AND type = 'ticket.status_changed'
      ), updated_at) END AS changed_at
    FROM batch
  ), filled AS (
    UPDATE ticket SET status_changed_at = times.changed_at, closed_at = times.closed_at
    FROM times
    WHERE ticket.id = times.id
      AND (ticket.status_changed_at, ticket.closed_at) IS DISTINCT FROM (times.changed_at, times.closed_at)
  )
  SELECT max(id) AS last FROM batch`;
//# sourceMappingURL=1765000000022-ticket-times.js.map