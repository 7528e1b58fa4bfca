/**
 * Returns the CTE of a write that records its change. It inserts the event from the row that the change returned, and so only if
 * there was one. The event has no number yet.
 * @param type the expression for the type of the event
 * @param from the CTE that made the change; it must return the columns of the expressions below
 * @param ticket the expressions for the ticket's id and its new version, for the actor, for the address of a requester (null for the
 *   team), and for the data
 */
export function recordEvent(
  type: string,
  from: string,
  ticket: { id: string; version: string; actor: string; requester?: string; data: string },
): string {
  return `
    recorded AS (
      INSERT INTO event (type, ticket_id, version, actor, by_requester, at, data)
      SELECT ${type}, ${ticket.id}, ${ticket.version}, ${ticket.actor}::text, ${ticket.requester ?? 'NULL'} IS NOT NULL, clock_timestamp(), ${ticket.data} FROM ${from}
    )`;
}
