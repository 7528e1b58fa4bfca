var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../config/environment.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { Event } from './event.entity.js';
import { EventNumbering } from './event-numbering.js';
import { EventNumberingRepository } from './event-numbering.repository.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { EventsRepository } from './events.repository.js';
import { FeedTail } from './feed-tail.js';
import { FeedService } from './feed.service.js';
import { TicketHistoryService } from './ticket-history.service.js';
/** Events: the history of each ticket, and the feed of all changes. */
let EventsModule = class EventsModule {
    constructor(jobs, events, { EVENTS_RETENTION_DAYS: days }) {
        if (days !== undefined)
            jobs.register('remove expired events from the feed', () => events.sweep(days));
    }
};
EventsModule = __decorate([
    Module({
        imports: [TypeOrmModule.forFeature([Event])],
        controllers: [EventsController],
        providers: [
            EventsRepository,
            EventNumberingRepository,
            TicketHistoryService,
            FeedService,
            FeedTail,
            EventNumbering,
            EventStreams,
        ],
        exports: [EventsRepository, FeedService, TicketHistoryService, EventNumbering, EventStreams],
    }),
    __metadata("design:paramtypes", [JobScheduler, EventsRepository, Environment])
], EventsModule);
export { EventsModule };
//# sourceMappingURL=events.module.js.map