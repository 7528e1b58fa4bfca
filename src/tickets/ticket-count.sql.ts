import type { TicketFilter } from './ticket-filter.sql.js';
import type { CountTicketsQuery, TicketFilters } from './ticket-query.dto.js';

/** The most tickets that a count reads. */
export const maxCounted = 100_000;

/** The most values that a count is split into. */
const maxValues = 100;

/** A row of a count: a value with its tickets, the tickets of all values, and all tickets that were read. */
export interface CountRow {
  value: string | null;
  count: number;
  total: number;
  read: number;
}

type Field = keyof TicketFilters;

const withStatus: Field[] = ['status', 'created_from', 'created_to'];

const ofAddress: Field[] = ['email', ...withStatus];

/** The filters that an index serves together, the one that leaves the fewest tickets first, as a rule. */
const indexed: Field[][] = [
  ['external_id'],
  ['follows'],
  ['metadata'],
  ['tag'],
  ofAddress,
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

/**
 * Returns the statement that counts tickets. It reads those that one index finds, up to the limit, and checks the other filters on them. So
 * its time is bounded whatever the filters are.
 */
export function countQuery(query: CountTicketsQuery, { conditions, each, requester }: TicketFilter): string {
  const given = indexed.find(([first]) => first && query[first] !== undefined) ?? ['status'];
  // The tickets of others must not use up the limit of a requester.
  const found = requester === 'NULL' ? given : ofAddress;
  const all = [
    // PostgreSQL must know the type of every value, of the visibilities too.
    { field: 'visibility', text: 'cardinality($2::comment_visibility[]) > 0' },
    ...each.map(({ column, parameter }) => ({
      field: column,
      text: `ticket.${column} = ANY (${parameter})`,
    })),
    ...conditions,
  ];
  const read = all.filter(({ field }) => found.includes(field as Field)).map(({ text }) => text);
  return `
    SELECT value, count, (sum(count) OVER ())::integer AS total, (sum(read) OVER ())::integer AS read
    FROM (
      SELECT ${query.by ?? 'NULL'}::text AS value, count(*) AS read,
        (count(*) FILTER (WHERE ${all.map(({ text }) => text).join(' AND ')}))::integer AS count
      FROM (SELECT * FROM ticket WHERE ${read.join(' AND ')} LIMIT ${maxCounted}) AS ticket
      GROUP BY 1
    ) AS counted
    ORDER BY count DESC, value LIMIT ${maxValues}`;
}
