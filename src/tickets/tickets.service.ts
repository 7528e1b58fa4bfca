import { Injectable } from '@nestjs/common';

import { ResponseCache } from '../cache/response-cache.js';
import type { CreateTicketDto } from './dto/create-ticket.dto.js';
import type { TicketDto } from './dto/ticket.dto.js';
import { ticketKey } from './ticket-key.js';
import { TicketNotFound } from './ticket-errors.js';
import type { TicketStatus } from './ticket-status.js';
import { TicketsRepository } from './tickets.repository.js';
import { TransitionPolicy } from './transition-policy.js';

/** What can be done with a ticket. */
@Injectable()
export class TicketsService {
  constructor(
    private readonly repository: TicketsRepository,
    private readonly policy: TransitionPolicy,
    private readonly cache: ResponseCache,
  ) {}

  /** Creates a ticket, opened. */
  create(ticket: CreateTicketDto): Promise<TicketDto> {
    return this.repository.create(ticket);
  }

  /**
   * The ticket with its first comments.
   * @throws TicketNotFound
   */
  async find(id: number): Promise<TicketDto> {
    const ticket = await this.repository.find(id);
    if (!ticket) throw new TicketNotFound(id);
    return ticket;
  }

  /**
   * Moves a ticket to another status, and forgets what the cache held of it.
   * @throws TicketNotFound
   * @throws ForbiddenMove where the rules do not allow it
   */
  async updateStatus(id: number, to: TicketStatus): Promise<TicketDto> {
    const move = await this.repository.move(id, to, this.policy.sourcesOf(to));
    if (!move) throw new TicketNotFound(id);
    if (!move.moved) throw this.policy.refuseMove(move.current, to);
    await this.cache.invalidate(ticketKey(id));
    return move.moved;
  }
}
