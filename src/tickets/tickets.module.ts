import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { EventsModule } from '../events/events.module.js';
import { TicketCountsRepository } from './ticket-counts.repository.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { TicketListService } from './ticket-list.service.js';
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
    TicketCountsRepository,
    TransitionPolicy,
  ],
  exports: [TransitionPolicy, TicketCountsRepository],
})
export class TicketsModule {}
