import { Injectable } from '@nestjs/common';

import { visibleTo, type Audience } from '../api/audience.js';
import type { SortKeys } from '../api/cursors.js';
import { columns } from '../api/dto.js';
import { defaultLimit } from '../api/pagination.js';
import { Database, type Bulkhead } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import { Replicas } from '../database/replicas.js';
import { TicketSummaryDto, type ListTicketsQuery, type TicketSort } from './ticket.dto.js';
import { ticketColumns } from './ticket.sql.js';
import { ticketStatuses } from './ticket.entity.js';

/**
 * The number of matches up to which a search reads and sorts all of them. With more matches, a scan in the order of the list is
 * faster. docs/scaling.md has the times of both kinds of search.
 */
const maxSortedMatches = 50_000;

/** Searches at a time. One may take as long as a statement can, so they get half of the connections of lists. */
const maxSearches = 3;

/** The output of EXPLAIN (FORMAT JSON). */
interface Plan {
  'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }];
}

/**
 * Scans an index once for each status of the filter, from the cursor on, and merges the scans. So any set of statuses is read in
 * order without reading the rows before the cursor.
 */
function indexScanQuery(conditions: string[], order: string): string {
  const filter = ['ticket.status = wanted.status', ...conditions].join(' AND ');
  return `
    SELECT ${columns(TicketSummaryDto, 'scan')}
    FROM unnest($1::ticket_status[]) AS wanted (status)
    CROSS JOIN LATERAL (SELECT ${ticketColumns('ticket', '$2')} FROM ticket WHERE ${filter} ${order}) AS scan
    ${order}`;
}

/** Reads all matches and sorts them. Without the OFFSET the planner might choose an index scan. */
function bitmapScanQuery(conditions: string[], order: string): string {
  const filter = ['status = ANY ($1::ticket_status[])', ...conditions].join(' AND ');
  return `
    SELECT ${columns(TicketSummaryDto, 'matches')}
    FROM (SELECT ${ticketColumns('ticket', '$2')} FROM ticket WHERE ${filter} OFFSET 0) AS matches
    ${order}`;
}

/** Runs the statements of lists of tickets. */
@Injectable()
export class TicketListRepository {
  private readonly searches: Bulkhead;

  constructor(
    private readonly replicas: Replicas,
    database: Database,
  ) {
    this.searches = database.bulkhead(maxSearches);
  }

  /**
   * Returns the tickets of a page and one more, which shows that a next page exists.
   * @param after the sort keys of the last ticket of the page before
   */
  find(
    query: ListTicketsQuery,
    after: SortKeys | undefined,
    audience: Audience,
  ): Promise<TicketSummaryDto[]> {
    const read = () => this.read(query, after, audience);
    if (query.q === undefined) return read();
    const deadline = new Deadline();
    return deadline.limit(this.searches(read, deadline));
  }

  private async read(query: ListTicketsQuery, after: SortKeys | undefined, audience: Audience) {
    const { q, sort, limit } = query;
    const { column, isDescending } = parseSort(sort);
    const direction = isDescending ? 'DESC' : 'ASC';
    // The limit is part of the text, because the planner must know it even if the values are parameters.
    const order = `ORDER BY ${column} ${direction}, id ${direction} LIMIT ${limit + 1}`;
    const { conditions, values } = buildFilter(query, after, audience);
    const isSorted = q !== undefined && (await this.hasFewMatches(q));
    const text = isSorted ? bitmapScanQuery(conditions, order) : indexScanQuery(conditions, order);
    // Lists without filters are planned once. With a filter besides the status, the best index depends on how common the values
    // are, so these are planned each time.
    const isDefault = conditions.length === (after ? 1 : 0) && limit === defaultLimit;
    const name = `list_tickets ${sort}${after ? ' after' : ''}`;
    return this.replicas.run<TicketSummaryDto>(isDefault ? { name, text } : { text }, values);
  }

  /** Checks whether few tickets match, by the planner's estimate. It reads no ticket. */
  private async hasFewMatches(q: string): Promise<boolean> {
    const text = `EXPLAIN (FORMAT JSON) SELECT FROM ticket WHERE ${matchesSearch('$1')}`;
    const [row] = await this.replicas.run<Plan>({ text }, [withoutNesting(q)]);
    return row !== undefined && row['QUERY PLAN'][0].Plan['Plan Rows'] <= maxSortedMatches;
  }
}

function matchesSearch(q: string): string {
  return `search @@ websearch_to_tsquery('simple', ${q})`;
}

/** Keeps one of several hyphens before a word: PostgreSQL nests a negation for each, and fails at a hundred of them. */
function withoutNesting(q: string): string {
  return q.replace(/-[^\p{L}\p{N}"]*-/gu, '-');
}

/** Returns the column and the direction of an order. */
export function parseSort(sort: TicketSort): { column: 'created_at' | 'updated_at'; isDescending: boolean } {
  const column = sort.endsWith('updated_at') ? 'updated_at' : 'created_at';
  return { column, isDescending: sort.startsWith('-') };
}

/** Returns the conditions besides the status, whose statuses are the first of the values, before the visibilities. */
function buildFilter(query: ListTicketsQuery, after: SortKeys | undefined, audience: Audience) {
  const { status = ticketStatuses, email, q, created_from, created_to, updated_from, sort } = query;
  const values: unknown[] = [status, visibleTo(audience)];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (email !== undefined) conditions.push(`lower(email) = lower(${parameter(email)})`);
  if (q !== undefined) conditions.push(matchesSearch(parameter(withoutNesting(q))));
  if (created_from !== undefined) conditions.push(`created_at >= ${parameter(created_from)}`);
  if (created_to !== undefined) conditions.push(`created_at < ${parameter(created_to)}`);
  if (updated_from !== undefined) conditions.push(`updated_at >= ${parameter(updated_from)}`);
  if (after) {
    const { column, isDescending } = parseSort(sort);
    const [time = '', id = ''] = after.map(parameter);
    conditions.push(`(${column}, id) ${isDescending ? '<' : '>'} (${time}, ${id})`);
  }
  return { conditions, values };
}
