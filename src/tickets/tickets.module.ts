import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';

import { EventsModule } from '../events/events.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { DeletedTicketsFilter } from './deleted-tickets.filter.js';
import { TicketCountsService } from './ticket-counts.service.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { Ticket } from './ticket.entity.js';
import { TicketQueue } from './ticket-queue.js';
import { TicketWriter } from './ticket-writer.js';
import { TicketsController } from './tickets.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TransitionPolicy } from './transition-policy.js';

/** Tickets: creating, reading, listing and transitioning them. */
@Module({
  imports: [TypeOrmModule.forFeature([Ticket]), EventsModule, IdempotencyModule],
  controllers: [TicketsController],
  providers: [
    ...[TicketsService, TicketsRepository, TicketCountsService, TicketListRepository],
    ...[TransitionPolicy, TicketQueue, TicketWriter],
    { provide: APP_FILTER, useClass: DeletedTicketsFilter },
  ],
  exports: [TransitionPolicy, TicketsRepository, TicketQueue, TicketWriter, TicketsService],
})
export class TicketsModule {}
