import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Event } from './event.entity.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { FeedTail } from './feed-tail.js';
import { Feed } from './feed.js';
import { FeedRepository } from './feed.repository.js';
import { History } from './history.js';
import { HistoryRepository } from './history.repository.js';
import { Retention } from './retention.js';
import { RetentionRepository } from './retention.repository.js';

/** What happened to the tickets: the history of each, and the feed of all. */
@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  controllers: [EventsController],
  providers: [
    ...[History, HistoryRepository, Retention, RetentionRepository],
    ...[Feed, FeedRepository, FeedTail, EventStreams],
  ],
  exports: [History, FeedRepository, EventStreams],
})
export class EventsModule {}
