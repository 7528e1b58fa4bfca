import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import type { Position } from '../http/cursors.js';
import { usualLimit } from '../http/page.js';
import { orderOf, type ListTicketsQuery } from './dto/list-tickets.query.dto.js';
import type { TicketSummaryDto } from './dto/ticket.dto.js';
import { columnsOf } from './ticket-row.js';
import { ticketStatuses } from './ticket-status.js';

/** The SQL of lists of tickets. */
@Injectable()
export class TicketListRepository {
  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /**
   * One more ticket than the page has room for, so that it shows whether there is a next page. Each status has its own
   * walk along an index that begins with it, and the walks are merged: so any choice of statuses is read in order,
   * from the cursor on, without reading what comes before it.
   * @param after the sort keys of the last ticket of the page before
   */
  find(query: ListTicketsQuery, after: Position | undefined): Promise<TicketSummaryDto[]> {
    const { status = ticketStatuses, email, q, created_from, created_to, updated_from, sort, limit } = query;
    const { column, isDescending } = orderOf(sort);
    const direction = isDescending ? 'DESC' : 'ASC';
    const values: unknown[] = [status];
    const parameter = (value: unknown) => `$${values.push(value)}`;
    const conditions = ['ticket.status = wanted.status'];
    if (email !== undefined) conditions.push(`lower(email) = lower(${parameter(email)})`);
    if (q !== undefined)
      conditions.push(`search @@ websearch_to_tsquery(${this.dictionary}, ${parameter(q)})`);
    if (created_from !== undefined) conditions.push(`created_at >= ${parameter(new Date(created_from))}`);
    if (created_to !== undefined) conditions.push(`created_at < ${parameter(new Date(created_to))}`);
    if (updated_from !== undefined) conditions.push(`updated_at >= ${parameter(new Date(updated_from))}`);
    if (after) {
      const [time, id] = after.map(parameter);
      conditions.push(`(${column}, id) ${isDescending ? '<' : '>'} (${time ?? ''}, ${id ?? ''})`);
    }
    // As a number in the text the limit tells the planner how little of the walks is wanted, for any values.
    const order = `ORDER BY ${column} ${direction}, id ${direction} LIMIT ${limit + 1}`;
    const text = `
      SELECT ${columnsOf('walk')}
      FROM unnest($1::ticket_status[]) AS wanted (status)
      CROSS JOIN LATERAL (
        SELECT ${columnsOf('ticket')} FROM ticket WHERE ${conditions.join(' AND ')} ${order}
      ) AS walk
      ${order}`;
    const isFiltered = [email, q, created_from, created_to, updated_from].some(
      (value) => value !== undefined,
    );
    // The usual lists are planned once. With a filter beside the status it is done each time: which index is best
    // depends on how common its values are.
    const name = `list_tickets ${sort}${after ? ' after' : ''}`;
    const isUsual = !isFiltered && limit === usualLimit;
    return this.database.run<TicketSummaryDto>(isUsual ? { name, text } : { text }, values);
  }

  private get dictionary(): string {
    return `'${this.environment.SEARCH_DICTIONARY}'::regconfig`;
  }
}
