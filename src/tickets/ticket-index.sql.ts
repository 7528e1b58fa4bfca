import type { SortKeys } from '../api/cursors.js';
import { columns } from '../api/dto.js';
import { isOneOf, type TicketFilter } from './ticket-filter.sql.js';
import { afterCursor, type TicketOrder } from './ticket-list.sql.js';
import { TicketSummaryDto } from './ticket.dto.js';
import type { TicketFilters } from './ticket-query.dto.js';
import { ticketColumns } from './ticket.sql.js';

/** The most tickets that a count, or a list in another order than that of an index, reads. */
export const maxRead = 100_000;

/** The time for that. In a large table whose pages are not in memory it may not suffice. */
export const readAllMs = 800;

const withStatus: (keyof TicketFilters)[] = ['status', 'created_from', 'created_to'];

const ofAddress: (keyof TicketFilters)[] = ['email', ...withStatus];

/** The filters that an index serves together, the one that leaves the fewest tickets first, as a rule. */
const indexed: (keyof TicketFilters)[][] = [
  ['external_id'],
  ['follows'],
  ofAddress,
  ['metadata'],
  ['tag'],
  ['assignee', ...withStatus],
  ['unassigned', ...withStatus],
  ['closed_from', 'closed_to'],
  ['closed_to'],
  ['due_to'],
  ['priority', ...withStatus],
  ['created_from', 'status', 'created_to'],
  ['created_to', 'status'],
  ['updated_from', 'status', 'updated_to'],
  ['updated_to', 'status'],
];

/** Returns the conditions of a filter, and those among them that one index serves, in whatever order. */
export function indexConditions({ conditions, each, requester }: TicketFilter) {
  const all = [
    // PostgreSQL must know the type of every value, of the visibilities too.
    { field: 'visibility', text: 'cardinality($2::comment_visibility[]) > 0' },
    ...each.map((one) => ({ field: one.column, text: isOneOf(one) })),
    ...conditions,
  ];
  const given = indexed.find(([first]) => all.some(({ field }) => field === first)) ?? ['status'];
  // The tickets of others must not use up the limit of a requester.
  const served = requester === 'NULL' ? given : ofAddress;
  const read = all.filter(({ field }) => served.some((name) => name === field));
  return { all: all.map(({ text }) => text).join(' AND '), read: read.map(({ text }) => text).join(' AND ') };
}

/**
 * Returns the statement that reads the tickets which one index finds, in whatever order, checks the other filters on them, and sorts what
 * it has found. If there are `max` or more, the first row has `is_end`, and the page is not known.
 */
export function indexQuery(
  filter: TicketFilter,
  order: TicketOrder,
  keys: SortKeys | undefined,
  limit: number,
  max = maxRead,
): string {
  const { all, read } = indexConditions(filter);
  const conditions = [all, ...afterCursor(filter, order, keys)].join(' AND ');
  return `
    SELECT ${columns(TicketSummaryDto, 'found')}, is_found, is_end FROM (
      SELECT ${ticketColumns('ticket', '$2', filter.requester)}, (${conditions}) AS is_found, place = ${max} AS is_end
      FROM (SELECT *, row_number() OVER () AS place FROM ticket WHERE ${read} LIMIT ${max}) AS ticket
    ) AS found
    WHERE is_found OR is_end ORDER BY is_end DESC, ${order.text} LIMIT ${limit + 1}`;
}
