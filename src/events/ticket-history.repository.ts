import { Injectable } from '@nestjs/common';

import { Replicas } from '../database/replicas.js';
import type { HistoryEventDto } from './dto/event.dto.js';

const listEvents = {
  name: 'list_events_of_ticket',
  text: `
    SELECT type, version, actor, at, data FROM event
    WHERE ticket_id = $1 AND version > $2
    ORDER BY version LIMIT $3`,
};

/** The SQL of the history of a ticket. */
@Injectable()
export class TicketHistoryRepository {
  constructor(private readonly replicas: Replicas) {}

  /** Up to `most` of the changes of a ticket that made versions later than `after`, oldest first. */
  find(ticketId: number, after: number, max: number): Promise<HistoryEventDto[]> {
    return this.replicas.run<HistoryEventDto>(listEvents, [ticketId, after, max]);
  }
}
