import { Injectable } from '@nestjs/common';

import { Replicas } from '../database/replicas.js';
import type { HistoryEventDto } from './event.dto.js';

const listEvents = {
  name: 'list_events_of_ticket',
  text: `
    SELECT type, version, actor, at, data FROM event
    WHERE ticket_id = $1 AND version > $2
    ORDER BY version LIMIT $3`,
};

/** Runs the statement of the history. */
@Injectable()
export class TicketHistoryRepository {
  constructor(private readonly replicas: Replicas) {}

  /** Returns up to `limit` changes of a ticket after the version `after`, oldest first. */
  find(ticketId: number, after: number, limit: number): Promise<HistoryEventDto[]> {
    return this.replicas.run<HistoryEventDto>(listEvents, [ticketId, after, limit]);
  }
}
