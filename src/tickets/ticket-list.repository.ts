import { Injectable } from '@nestjs/common';

import type { Reader } from '../api/audience.js';
import type { SortKeys } from '../api/cursors.js';
import { defaultLimit } from '../api/pagination.js';
import { Database, type Bulkhead } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import { Replicas } from '../database/replicas.js';
import { FilteredList, type FoundTickets } from './filtered-list.js';
import { TicketSearch } from './search/ticket-search.js';
import { countQuery, type CountRow } from './ticket-count.sql.js';
import { buildFilter } from './ticket-filter.sql.js';
import { maxRead, readAllMs } from './ticket-index.sql.js';
import { listQuery, parseSort, plainConditions, splitFilter } from './ticket-list.sql.js';
import type { TicketSummaryDto } from './ticket.dto.js';
import type { CountTicketsQuery, ListTicketsQuery } from './ticket-query.dto.js';

/** Searches at a time. One may take as long as a statement can, so they get half of the connections of lists. */
const maxSearches = 3;

/** The tickets that a count reads if all are too many for its time. */
const fewTickets = 10_000;

/** Counts, and lists that read many tickets, at a time. */
const maxWide = 2;

/** Runs the statements of lists and counts of tickets. */
@Injectable()
export class TicketListRepository {
  private readonly searches: Bulkhead;
  private readonly wide: Bulkhead;

  constructor(
    private readonly replicas: Replicas,
    database: Database,
  ) {
    this.searches = database.bulkhead(maxSearches);
    this.wide = database.bulkhead(maxWide);
  }

  /**
   * Returns the tickets of a page and one more, which shows that a next page exists; or fewer if the page ends early.
   * @param after the sort keys of the last ticket of the page before
   */
  async find(query: ListTicketsQuery, after: SortKeys | undefined, reader: Reader): Promise<FoundTickets> {
    const filter = buildFilter(query, reader);
    const order = parseSort(query.sort);
    const { limit, q } = query;
    if (q !== undefined) {
      const deadline = new Deadline();
      const search = new TicketSearch((statement, values) => this.replicas.run(statement, values), q);
      const conditions = plainConditions(filter, order, after);
      const column = order.columns.slice(0, -1).join(', ');
      const { values, requester } = filter;
      const list = { conditions, values, requester, column, order: order.text, limit };
      return deadline.limit(this.searches(() => search.find(list), deadline));
    }
    if (splitFilter(filter, order).others.length > 0) {
      const deadline = new Deadline();
      const list = new FilteredList(
        (statement, values) => this.replicas.run(statement, values),
        (statement, values) => this.wide(() => this.replicas.run(statement, values), deadline),
        { filter, order, after, limit },
      );
      return deadline.limit(list.find());
    }
    const text = listQuery(filter, order, after, limit);
    // Lists without filters are planned once.
    const isDefault =
      filter.conditions.length === 0 &&
      filter.each.length === 1 &&
      limit === defaultLimit &&
      !after?.includes(null);
    const name = `list_tickets ${query.sort}${after ? ' after' : ''}`;
    const statement = isDefault ? { name, text } : { text };
    return { rows: await this.replicas.run<TicketSummaryDto>(statement, filter.values), end: undefined };
  }

  /** Counts the tickets that match a query: all that one index finds, or some of them if reading all takes too long. */
  async count(query: CountTicketsQuery, reader: Reader): Promise<CountRow[]> {
    const filter = buildFilter(query, reader);
    const deadline = new Deadline();
    const countFirst = (max: number) => {
      const statement = { text: countQuery(query, filter, max) };
      return this.wide(() => this.replicas.run<CountRow>(statement, filter.values), deadline);
    };
    const counted = await new Deadline(readAllMs).within(countFirst(maxRead));
    return counted ?? deadline.limit(countFirst(fewTickets));
  }
}
