import { stateReport } from '../database/state-report.js';
/** The events that one transaction numbers at most. */
export const batchSize = 5_000;
/** Checks whether an event waits for its number. */
export const hasUnnumbered = {
    name: 'has_unnumbered_events',
    text: `SELECT EXISTS (SELECT 1 FROM event WHERE number IS NULL) AS found`,
};
/** Locks the numbering; returns no row while another replica holds it. */
export const lockNumbering = {
    name: 'lock_numbering',
    text: `SELECT 1 FROM feed_state FOR UPDATE SKIP LOCKED`,
};
/**
 * Reads the oldest events without a number. It must run after the lock, as a statement of its own: only then its snapshot shows all that
 * the holder of the lock before has numbered.
 */
export const selectUnnumbered = {
    name: 'select_unnumbered_events',
    text: `
    SELECT id, ticket_id, version, ${stateReport}
    FROM event WHERE number IS NULL ORDER BY id LIMIT ${batchSize}`,
};
/**
 * Gives the events $1 the next numbers. Events of a ticket have ids in the order of their versions, because each write inserts its event
 * while it holds the lock of the ticket.
 */
export const numberEvents = {
    name: 'number_events',
    text: `
    WITH numbered AS (
      SELECT id, left(gen_random_uuid()::text, 8) AS tag,
        (SELECT last_number FROM feed_state) + row_number() OVER (ORDER BY id) AS number
      FROM unnest($1::bigint[]) AS id
    ), updated AS (
      UPDATE event SET number = numbered.number, tag = numbered.tag
      FROM numbered WHERE event.id = numbered.id
      RETURNING event.number, event.tag
    )
    UPDATE feed_state SET last_number = newest.number, last_tag = newest.tag
    FROM (SELECT number, tag FROM updated ORDER BY number DESC LIMIT 1) AS newest`,
};
//# sourceMappingURL=event-numbering.sql.js.map