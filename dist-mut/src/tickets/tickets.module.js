var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { DeletedTicketsInterceptor } from './deleted-tickets.interceptor.js';
import { TicketCountsService } from './ticket-counts.service.js';
import { TicketListRepository } from './ticket-list.repository.js';
import { Ticket } from './ticket.entity.js';
import { TicketQueue } from './ticket-queue.js';
import { TicketsController } from './tickets.controller.js';
import { TicketsRepository } from './tickets.repository.js';
import { TicketsService } from './tickets.service.js';
import { TransitionPolicy } from './transition-policy.js';
/** Tickets: creating, reading, listing and transitioning them. */
let TicketsModule = class TicketsModule {
};
TicketsModule = __decorate([
    Module({
        imports: [TypeOrmModule.forFeature([Ticket]), EventsModule, IdempotencyModule],
        controllers: [TicketsController],
        providers: [
            ...[
                TicketsService,
                TicketsRepository,
                TicketCountsService,
                TicketListRepository,
                TransitionPolicy,
                TicketQueue,
            ],
            { provide: APP_INTERCEPTOR, useClass: DeletedTicketsInterceptor },
        ],
        exports: [TransitionPolicy, TicketsRepository, TicketQueue, TicketsService],
    })
], TicketsModule);
export { TicketsModule };
//# sourceMappingURL=tickets.module.js.map