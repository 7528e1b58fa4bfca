import { parseId } from '../api/fields.js';

/** With no parameter: one would have to be refused. */
const ticketPath = /^\/ticket\/(\d+)\/?\??$/i;

/** The cache key of a ticket: made of its number, never of the URL it was asked by. */
export function ticketKey(id: number): string {
  return `ticket:${id}`;
}

/** The cache key of the ticket that a URL names; undefined where it names none, or asks for more than the ticket. */
export function ticketKeyOfUrl(url: string): string | undefined {
  const id = parseId(ticketPath.exec(url)?.[1]);
  return id === undefined ? undefined : ticketKey(id);
}
