import { Injectable } from '@nestjs/common';

import { Cursors } from '../api/cursors.js';
import { cutPage, type Page } from '../api/pagination.js';
import { parseSort, type ListTicketsQuery } from './dto/list-tickets.query.dto.js';
import type { TicketSummaryDto } from './dto/ticket.dto.js';
import { TicketListRepository } from './ticket-list.repository.js';

/** Lists of tickets. */
@Injectable()
export class TicketListService {
  constructor(
    private readonly repository: TicketListRepository,
    private readonly cursors: Cursors,
  ) {}

  /** A page of the tickets that the query asks for. */
  async find(query: ListTicketsQuery): Promise<Page<TicketSummaryDto>> {
    const { limit, cursor, ...choice } = query;
    const list = `tickets ${JSON.stringify(choice)}`;
    const after = cursor === undefined ? undefined : this.cursors.open(list, cursor);
    const rows = await this.repository.find(query, after);
    const { column } = parseSort(query.sort);
    const sortKeysOf = (ticket: TicketSummaryDto) => [ticket[column], ticket.id];
    return cutPage(rows, limit, { cursors: this.cursors, list, sortKeysOf });
  }
}
