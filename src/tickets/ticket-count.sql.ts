import type { TicketFilter } from './ticket-filter.sql.js';
import { indexConditions } from './ticket-index.sql.js';
import type { CountTicketsQuery } from './ticket-query.dto.js';

/** The most values that a count is split into. */
const maxValues = 100;

/** A row of a count: a value with its tickets, the tickets of all values, and whether all tickets were read. */
export interface CountRow {
  value: string | null;
  count: number;
  total: number;
  is_exact: boolean;
}

/**
 * Returns the statement that counts tickets. It reads those that one index finds, up to `max`, and checks the other filters on them. So
 * its time is bounded whatever the filters are.
 */
export function countQuery(query: CountTicketsQuery, filter: TicketFilter, max: number): string {
  const { all, read } = indexConditions(filter);
  return `
    SELECT value, count, (sum(count) OVER ())::integer AS total, sum(read) OVER () < ${max} AS is_exact
    FROM (
      SELECT ${query.by ?? 'NULL'}::text AS value, count(*) AS read, (count(*) FILTER (WHERE ${all}))::integer AS count
      FROM (SELECT * FROM ticket WHERE ${read} LIMIT ${max}) AS ticket
      GROUP BY 1
    ) AS counted
    ORDER BY count DESC, value LIMIT ${maxValues}`;
}
