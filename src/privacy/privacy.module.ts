import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { EventsModule } from '../events/events.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { TicketsModule } from '../tickets/tickets.module.js';
import { Erasure } from './erasure.entity.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasuresService } from './erasures.service.js';
import { RedactionsController } from './redactions.controller.js';
import { RedactionsRepository } from './redactions.repository.js';
import { RedactionsService } from './redactions.service.js';

/** The end of data: erasure, redaction and retention. docs/data.md says what is kept where, and for how long. */
@Module({
  imports: [TypeOrmModule.forFeature([Erasure]), TicketsModule, EventsModule, IdempotencyModule],
  controllers: [ErasuresController, RedactionsController],
  providers: [ErasuresService, ErasuresRepository, RedactionsService, RedactionsRepository],
})
export class PrivacyModule {}
