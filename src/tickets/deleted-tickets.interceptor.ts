import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { catchError, type Observable } from 'rxjs';

import { readerOf } from '../api/audience.js';
import { TicketDeleted, TicketNotFound } from './ticket.errors.js';
import { TicketsRepository } from './tickets.repository.js';

/** Answers 410 in place of 404 on every route, if the ticket was deleted and the caller belongs to the team. */
@Injectable()
export class DeletedTicketsInterceptor implements NestInterceptor {
  constructor(private readonly repository: TicketsRepository) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { audience } = readerOf(context.switchToHttp().getResponse<Response>());
    if (audience === 'requester') return next.handle();
    return next.handle().pipe(catchError((error: unknown) => this.explain(error)));
  }

  private async explain(error: unknown): Promise<never> {
    if (error instanceof TicketNotFound && (await this.repository.wasDeleted(error.ticketId)))
      throw new TicketDeleted(error.ticketId);
    throw error;
  }
}
