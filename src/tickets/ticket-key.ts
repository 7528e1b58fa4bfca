import { parseId } from '../http/rules.js';

/** The cache key of a ticket: made of its number, never of the URL it was asked by. */
export function ticketKey(id: number): string {
  return `ticket:${id}`;
}

/** The cache key of the ticket that a path names; undefined where the path is not one of a ticket. */
export function ticketKeyOfPath({ ticket_id }: Record<string, string>): string | undefined {
  const id = parseId(ticket_id);
  return id === undefined ? undefined : ticketKey(id);
}
