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

/** Events: the history of each ticket, and the feed of all changes. */
@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  controllers: [EventsController],
  providers: [
    ...[EventsRepository, EventNumberingRepository, EventNumbering, FeedService, FeedTail, EventStreams],
  ],
  exports: [EventsRepository, FeedService, EventNumbering, EventStreams],
})
export class EventsModule {
  constructor(jobs: JobScheduler, events: EventsRepository, { EVENTS_RETENTION_DAYS: days }: Environment) {
    if (days !== undefined) jobs.register('remove expired events from the feed', () => events.sweep(days));
  }
}
