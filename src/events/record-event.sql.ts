import type { EventType } from './event.entity.js';

/**
 * The part of a writing statement that records its change: a CTE that inserts the event from the row which the change
 * returned, and so only if there was one.
 * @param type what happened
 * @param from the CTE that made the change; it must return what the expressions below name
 * @param ticket its expressions for the ticket's id, its new version and its new place in the feed, for who did it, and for the event's data
 */
export function recordEvent(
  type: EventType,
  from: string,
  ticket: { id: string; version: string; position: string; actor: string; data: string },
): string {
  return `
    recorded AS (
      INSERT INTO event (type, ticket_id, version, position, actor, data)
      SELECT '${type}', ${ticket.id}, ${ticket.version}, ${ticket.position}, ${ticket.actor}::text, ${ticket.data} FROM ${from}
    )`;
}

/** The place in the feed of a ticket that is changed now: never before its last event, whenever this transaction began. */
export const nextFeedPosition = 'greatest(ticket.feed_position, feed_clock(pg_current_xact_id()))';

/** Below this place nothing can be added to the feed any more: all transactions that could have are over. */
export const feedHorizon = 'feed_clock(pg_snapshot_xmin(pg_current_snapshot()))';
