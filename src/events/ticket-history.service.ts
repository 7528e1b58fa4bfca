import { Injectable } from '@nestjs/common';

import type { Reader } from '../api/audience.js';
import { Cursors } from '../api/cursors.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import type { HistoryEventDto } from './event.dto.js';
import { EventsRepository } from './events.repository.js';

/** Returns the history of tickets. */
@Injectable()
export class TicketHistoryService {
  constructor(
    private readonly repository: EventsRepository,
    private readonly cursors: Cursors,
  ) {}

  /** Returns a page of the changes of a ticket, oldest first, as far back as events are kept. */
  async find(ticketId: number, { limit, cursor }: PageQuery, reader: Reader): Promise<Page<HistoryEventDto>> {
    const list = `history of ${ticketId}`;
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const events = await this.repository.history(ticketId, Number(after), limit + 1, reader);
    return cutPage(events, limit, { cursors: this.cursors, list, sortKeysOf: ({ version }) => [version] });
  }
}
