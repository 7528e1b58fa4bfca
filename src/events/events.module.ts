import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Event } from './event.entity.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { FeedTail } from './feed-tail.js';
import { FeedService } from './feed.service.js';
import { FeedRepository } from './feed.repository.js';
import { TicketHistoryService } from './ticket-history.service.js';
import { TicketHistoryRepository } from './ticket-history.repository.js';
import { EventsRetentionJob } from './events-retention.job.js';
import { RetentionRepository } from './retention.repository.js';

/** What happened to the tickets: the history of each, and the feed of all. */
@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  controllers: [EventsController],
  providers: [
    ...[TicketHistoryService, TicketHistoryRepository, EventsRetentionJob, RetentionRepository],
    ...[FeedService, FeedRepository, FeedTail, EventStreams],
  ],
  exports: [TicketHistoryService, FeedRepository, EventStreams],
})
export class EventsModule {}
