import { Injectable } from '@nestjs/common';

import { Replicas } from '../database/replicas.js';
import { Cursors } from '../http/cursors.js';
import { cutPage, type Page, type PageQuery } from '../http/page.js';
import type { HistoryEventDto } from './dto/event.dto.js';

const listEvents = {
  name: 'list_events_of_ticket',
  text: `
    SELECT type, version, actor, at, data FROM event
    WHERE ticket_id = $1 AND version > $2
    ORDER BY version LIMIT $3`,
};

/** What has happened to tickets. */
@Injectable()
export class History {
  constructor(
    private readonly replicas: Replicas,
    private readonly cursors: Cursors,
  ) {}

  /** A page of the changes of a ticket, oldest first, as far back as events are kept. */
  async of(ticketId: number, { limit, cursor }: PageQuery): Promise<Page<HistoryEventDto>> {
    const list = `history of ${ticketId}`;
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const events = await this.replicas.run<HistoryEventDto>(listEvents, [ticketId, after, limit + 1]);
    return cutPage(events, limit, { cursors: this.cursors, list, positionOf: ({ version }) => [version] });
  }
}
