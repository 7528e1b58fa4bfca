import { Module, RequestMethod, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Access } from '../auth/access.js';
import { readCache } from '../cache/cached-reads.js';
import { ResponseCache } from '../cache/response-cache.js';
import { EventsModule } from '../events/events.module.js';
import { Admission } from '../http/admission.js';
import { TicketCounts } from './ticket-counts.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { TicketListService } from './ticket-list.service.js';
import { ticketKeyOfPath } from './ticket-key.js';
import { Ticket } from './ticket.entity.js';
import { TicketsController } from './tickets.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TransitionPolicy } from './transition-policy.js';

/** Tickets: creating, reading, moving. */
@Module({
  imports: [TypeOrmModule.forFeature([Ticket]), EventsModule],
  controllers: [TicketsController],
  providers: [
    TicketsService,
    TicketsRepository,
    TicketListService,
    TicketListRepository,
    TicketCounts,
    TransitionPolicy,
  ],
  exports: [TransitionPolicy, TicketCounts],
})
export class TicketsModule implements NestModule {
  constructor(
    private readonly access: Access,
    private readonly admission: Admission,
    private readonly cache: ResponseCache,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    const read = { path: 'ticket/:ticket_id', method: RequestMethod.GET };
    consumer
      .apply(this.access.only('tickets:read'), readCache(this.cache, ticketKeyOfPath), this.admission.admit())
      .forRoutes(read);
  }
}
