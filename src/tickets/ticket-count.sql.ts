import type { TicketFilter } from './ticket-filter.sql.js';
import { indexConditions, maxRead } from './ticket-index.sql.js';
import type { CountTicketsQuery } from './ticket-query.dto.js';

/** The most values that a count is split into. */
const maxValues = 100;

/** A row of a count: a value with its tickets, the tickets of all values, and all tickets that were read. */
export interface CountRow {
  value: string | null;
  count: number;
  total: number;
  read: number;
}

/**
 * Returns the statement that counts tickets. It reads those that one index finds, up to the limit, and checks the other filters on them. So
 * its time is bounded whatever the filters are.
 */
export function countQuery(query: CountTicketsQuery, filter: TicketFilter): string {
  const { all, read } = indexConditions(filter);
  return `
    SELECT value, count, (sum(count) OVER ())::integer AS total, (sum(read) OVER ())::integer AS read
    FROM (
      SELECT ${query.by ?? 'NULL'}::text AS value, count(*) AS read, (count(*) FILTER (WHERE ${all}))::integer AS count
      FROM (SELECT * FROM ticket WHERE ${read} LIMIT ${maxRead}) AS ticket
      GROUP BY 1
    ) AS counted
    ORDER BY count DESC, value LIMIT ${maxValues}`;
}
