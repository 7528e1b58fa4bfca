import type { EventType } from './event.entity.js';

/**
 * Returns the CTE of a write that records its change. It inserts the event from the row that the change returned, and so only if
 * there was one.
 * @param type the type of the event
 * @param from the CTE that made the change; it must return the columns of the expressions below
 * @param ticket the expressions for the ticket's id, its new version and its new position in the feed, for the actor, and for the data
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

/** The position of a ticket that is changed now: never before its last event, whenever this transaction began. */
export const nextFeedPosition = 'greatest(ticket.feed_position, feed_clock(pg_current_xact_id()))';

/** The position below which no event can appear any more, because all transactions that could add one have ended. */
export const feedHorizon = 'feed_clock(pg_snapshot_xmin(pg_current_snapshot()))';
