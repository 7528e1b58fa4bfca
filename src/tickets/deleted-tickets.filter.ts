import { Catch, type ArgumentsHost } from '@nestjs/common';
import type { Response } from 'express';

import { readerOf } from '../api/audience.js';
import { ProblemFilter } from '../api/problem.filter.js';
import { TicketDeleted, TicketNotFound } from './ticket.errors.js';
import { TicketsRepository } from './tickets.repository.js';

/** Answers 410 in place of 404 on every route, if the ticket was deleted and the caller belongs to the team. */
@Catch(TicketNotFound)
export class DeletedTicketsFilter extends ProblemFilter {
  constructor(private readonly repository: TicketsRepository) {
    super();
  }

  override async catch(error: TicketNotFound, host: ArgumentsHost): Promise<void> {
    const { audience } = readerOf(host.switchToHttp().getResponse<Response>());
    await super.catch(audience === 'team' ? await this.explain(error) : error, host);
  }

  private async explain(error: TicketNotFound): Promise<unknown> {
    try {
      return (await this.repository.wasDeleted(error.ticketId)) ? new TicketDeleted(error.ticketId) : error;
    } catch (failure) {
      return failure;
    }
  }
}
