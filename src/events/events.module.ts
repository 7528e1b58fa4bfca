import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Event } from './event.entity.js';
import { History } from './history.js';

/** What happened to the tickets. */
@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  providers: [History],
  exports: [History],
})
export class EventsModule {}
