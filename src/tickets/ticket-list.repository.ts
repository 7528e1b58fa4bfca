import { Injectable } from '@nestjs/common';

import { visibleTo, type Reader } from '../api/audience.js';
import type { SortKeys } from '../api/cursors.js';
import { columns } from '../api/dto.js';
import { defaultLimit } from '../api/pagination.js';
import { Database, type Bulkhead } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import { Replicas } from '../database/replicas.js';
import { TicketSearch, type FoundTickets } from './search/ticket-search.js';
import { sameAddress } from './ticket-write.sql.js';
import { TicketSummaryDto, type ListTicketsQuery, type TicketSort } from './ticket.dto.js';
import { ticketColumns } from './ticket.sql.js';
import { ticketStatuses } from './ticket.entity.js';

/** Searches at a time. One may take as long as a statement can, so they get half of the connections of lists. */
const maxSearches = 3;

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
   * Returns the tickets of a page and one more, which shows that a next page exists; or fewer if a search ends the page early.
   * @param after the sort keys of the last ticket of the page before
   */
  async find(query: ListTicketsQuery, after: SortKeys | undefined, reader: Reader): Promise<FoundTickets> {
    const filter = buildFilter(query, after, reader);
    if (query.q === undefined) return { rows: await this.read(query, filter), isCut: false };
    const deadline = new Deadline();
    const search = new TicketSearch((statement, values) => this.replicas.run(statement, values), query.q);
    const list = { ...filter, ...orderOf(query), limit: query.limit };
    return deadline.limit(this.searches(() => search.find(list), deadline));
  }

  private read(query: ListTicketsQuery, { conditions, values }: ReturnType<typeof buildFilter>) {
    const { sort, cursor, limit } = query;
    // The limit is part of the text, because the planner must know it even if the values are parameters.
    const text = indexScanQuery(conditions, `ORDER BY ${orderOf(query).order} LIMIT ${limit + 1}`);
    // Lists without filters are planned once. With a filter besides the status, the best index depends on how common the values
    // are, so these are planned each time.
    const isDefault = conditions.length === (cursor === undefined ? 0 : 1) && limit === defaultLimit;
    const name = `list_tickets ${sort}${cursor === undefined ? '' : ' after'}`;
    return this.replicas.run<TicketSummaryDto>(isDefault ? { name, text } : { text }, values);
  }
}

function orderOf({ sort }: ListTicketsQuery) {
  const { column, isDescending } = parseSort(sort);
  const direction = isDescending ? 'DESC' : 'ASC';
  return { column, order: `${column} ${direction}, id ${direction}` };
}

/** Returns the column and the direction of an order. */
export function parseSort(sort: TicketSort): { column: 'created_at' | 'updated_at'; isDescending: boolean } {
  const column = sort.endsWith('updated_at') ? 'updated_at' : 'created_at';
  return { column, isDescending: sort.startsWith('-') };
}

/** Returns the conditions besides the status, whose statuses are the first of the values, before the visibilities. */
function buildFilter(query: ListTicketsQuery, after: SortKeys | undefined, reader: Reader) {
  const { status = ticketStatuses, email, created_from, created_to, updated_from, sort } = query;
  const values: unknown[] = [status, visibleTo(reader.audience)];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (reader.email !== undefined) conditions.push(sameAddress('email', parameter(reader.email)));
  if (email !== undefined) conditions.push(sameAddress('email', parameter(email)));
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
