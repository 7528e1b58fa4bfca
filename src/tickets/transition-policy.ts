import { Injectable } from '@nestjs/common';

import { TicketClosed, TransitionNotAllowed } from './ticket.errors.js';
import { ticketStatuses, type TicketStatus } from './ticket-status.js';

/** The rules of a ticket: from each status, the ones it may become. */
const transitions: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  opened: ['answered', 'closed'],
  answered: ['awaited', 'closed'],
  awaited: ['answered', 'closed'],
  closed: [],
};

/**
 * The one place of the rules. It decides nothing about a ticket it has not locked: services hand what it says to the
 * one statement that checks and writes, and ask it to explain where that statement refused.
 */
@Injectable()
export class TransitionPolicy {
  private readonly sources = Object.fromEntries(
    ticketStatuses.map((to) => [to, ticketStatuses.filter((from) => transitions[from].includes(to))]),
  ) as Record<TicketStatus, TicketStatus[]>;

  /** The statuses that a ticket in `from` may become. */
  allowedFrom(from: TicketStatus): readonly TicketStatus[] {
    return transitions[from];
  }

  /** The statuses from which a ticket may become `to`. */
  sourcesFor(to: TicketStatus): readonly TicketStatus[] {
    return this.sources[to];
  }

  /** The statuses in which a ticket takes comments: all from which it may still move. */
  commentable(): readonly TicketStatus[] {
    return ticketStatuses.filter((status) => transitions[status].length > 0);
  }

  /** Why a ticket in `current` did not become `to`. */
  transitionError(current: TicketStatus, to: TicketStatus): TransitionNotAllowed {
    return new TransitionNotAllowed(current, to, this.allowedFrom(current));
  }

  /** Why a ticket in `current` took no comment. */
  commentError(current: TicketStatus): TicketClosed {
    return new TicketClosed(current, this.allowedFrom(current));
  }
}
