import type { EventType } from './event.entity.js';

/**
 * The part of a writing statement that records its change: a CTE that inserts the event from the row which the change
 * returned, and so only if there was one.
 * @param type what happened
 * @param from the CTE that made the change; it must return what the expressions below name
 * @param ticket its expressions for the ticket's id and its new version, and for the event's data
 */
export function recordEvent(
  type: EventType,
  from: string,
  ticket: { id: string; version: string; data: string },
): string {
  return `
    recorded AS (
      INSERT INTO event (type, ticket_id, version, data)
      SELECT '${type}', ${ticket.id}, ${ticket.version}, ${ticket.data} FROM ${from}
    )`;
}
