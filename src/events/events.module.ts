import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Environment } from '../config/environment.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { Event } from './event.entity.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { FeedTail } from './feed-tail.js';
import { FeedService } from './feed.service.js';
import { FeedRepository } from './feed.repository.js';
import { TicketHistoryService } from './ticket-history.service.js';
import { TicketHistoryRepository } from './ticket-history.repository.js';
import { RetentionRepository } from './retention.repository.js';

/** What happened to the tickets: the history of each, and the feed of all. */
@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  controllers: [EventsController],
  providers: [
    ...[TicketHistoryService, TicketHistoryRepository, RetentionRepository],
    ...[FeedService, FeedRepository, FeedTail, EventStreams],
  ],
  exports: [TicketHistoryService, FeedRepository, EventStreams],
})
export class EventsModule {
  constructor(
    jobs: JobScheduler,
    retention: RetentionRepository,
    { EVENTS_RETENTION_DAYS: days }: Environment,
  ) {
    if (days !== undefined) jobs.register('delete expired events', () => retention.sweep(days));
  }
}
