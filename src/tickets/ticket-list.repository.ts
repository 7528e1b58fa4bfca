import { Injectable } from '@nestjs/common';

import { Replicas } from '../database/replicas.js';
import type { SortKeys } from '../api/cursors.js';
import { defaultLimit } from '../api/pagination.js';
import { parseSort, type ListTicketsQuery } from './dto/list-tickets.query.dto.js';
import type { TicketSummaryDto } from './dto/ticket.dto.js';
import { columns } from './ticket.sql.js';
import { ticketStatuses } from './ticket-status.js';

/**
 * Up to how many tickets with the words of a search are all looked at, and then put in order: a quarter of a second's
 * work. Words of more tickets are found soon enough on the way along the newest or the oldest.
 */
const maxGathered = 50_000;

/** What PostgreSQL says of how it would run a statement. */
interface Plan {
  'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }];
}

/**
 * Walks along an index for each status asked for, and merges the walks: so any choice of statuses is read in order, from
 * the cursor on, without reading what comes before it.
 */
function indexScanQuery(conditions: string[], order: string): string {
  const chosen = ['ticket.status = wanted.status', ...conditions].join(' AND ');
  return `
    SELECT ${columns('walk')}
    FROM unnest($1::ticket_status[]) AS wanted (status)
    CROSS JOIN LATERAL (SELECT ${columns('ticket')} FROM ticket WHERE ${chosen} ${order}) AS walk
    ${order}`;
}

/** Gathers all that is chosen, and puts it in order. Without the OFFSET the planner might take it for a walk. */
function bitmapScanQuery(conditions: string[], order: string): string {
  const chosen = ['status = ANY ($1::ticket_status[])', ...conditions].join(' AND ');
  return `
    SELECT ${columns('gathered')}
    FROM (SELECT ${columns('ticket')} FROM ticket WHERE ${chosen} OFFSET 0) AS gathered
    ${order}`;
}

/** The SQL of lists of tickets. */
@Injectable()
export class TicketListRepository {
  constructor(private readonly replicas: Replicas) {}

  /**
   * One more ticket than the page has room for, so that it shows whether there is a next page.
   * @param after the sort keys of the last ticket of the page before
   */
  async find(query: ListTicketsQuery, after: SortKeys | undefined): Promise<TicketSummaryDto[]> {
    const { q, sort, limit } = query;
    const { column, isDescending } = parseSort(sort);
    const direction = isDescending ? 'DESC' : 'ASC';
    // As a number in the text the limit tells the planner how little of the walks is wanted, for any values.
    const order = `ORDER BY ${column} ${direction}, id ${direction} LIMIT ${limit + 1}`;
    const { conditions, values } = this.buildFilter(query, after);
    const isGathered = q !== undefined && (await this.hasFewMatches(q));
    const text = isGathered ? bitmapScanQuery(conditions, order) : indexScanQuery(conditions, order);
    // The usual lists are planned once. With a filter beside the status it is done each time: which index is best
    // depends on how common its values are.
    const isUsual = conditions.length === (after ? 1 : 0) && limit === defaultLimit;
    const name = `list_tickets ${sort}${after ? ' after' : ''}`;
    return this.replicas.run<TicketSummaryDto>(isUsual ? { name, text } : { text }, values);
  }

  /** What must hold for a ticket besides its status, which is the first of the values. */
  private buildFilter(query: ListTicketsQuery, after: SortKeys | undefined) {
    const { status = ticketStatuses, email, q, created_from, created_to, updated_from, sort } = query;
    const values: unknown[] = [status];
    const parameter = (value: unknown) => `$${values.push(value)}`;
    const conditions: string[] = [];
    if (email !== undefined) conditions.push(`lower(email) = lower(${parameter(email)})`);
    if (q !== undefined) conditions.push(matchesSearch(parameter(q)));
    if (created_from !== undefined) conditions.push(`created_at >= ${parameter(new Date(created_from))}`);
    if (created_to !== undefined) conditions.push(`created_at < ${parameter(new Date(created_to))}`);
    if (updated_from !== undefined) conditions.push(`updated_at >= ${parameter(new Date(updated_from))}`);
    if (after) {
      const { column, isDescending } = parseSort(sort);
      const [time = '', id = ''] = after.map(parameter);
      conditions.push(`(${column}, id) ${isDescending ? '<' : '>'} (${time}, ${id})`);
    }
    return { conditions, values };
  }

  /** Whether few tickets have the words, as the planner estimates it from how common each is; it looks at no ticket. */
  private async hasFewMatches(q: string): Promise<boolean> {
    const text = `EXPLAIN (FORMAT JSON) SELECT FROM ticket WHERE ${matchesSearch('$1')}`;
    const [row] = await this.replicas.run<Plan>({ text }, [q]);
    return row !== undefined && row['QUERY PLAN'][0].Plan['Plan Rows'] <= maxGathered;
  }
}

function matchesSearch(q: string): string {
  return `search @@ websearch_to_tsquery('simple'::regconfig, ${q})`;
}
