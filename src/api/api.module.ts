import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Admission } from '../middleware/load-shedding.js';
import { Cursors } from './cursors.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { IdempotencyKeyRow } from '../idempotency/idempotency-key.entity.js';
import { IdempotencyRepository } from '../idempotency/idempotency.repository.js';
import { KnownQueryGuard } from './known-query.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { ValidationPipe } from './validation.pipe.js';

/** What every call goes through, and what the calls of every feature are made with. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([IdempotencyKeyRow])],
  providers: [
    { provide: APP_GUARD, useClass: KnownQueryGuard },
    { provide: APP_PIPE, useClass: ValidationPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
    Admission,
    Cursors,
    IdempotencyService,
    IdempotencyRepository,
  ],
  exports: [Admission, Cursors, IdempotencyService],
})
export class HttpModule {}
