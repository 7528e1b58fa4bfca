import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Admission } from './admission.js';
import { Cursors } from './cursors.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';
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
    Idempotency,
    IdempotencyKeysRepository,
  ],
  exports: [Admission, Cursors, Idempotency],
})
export class HttpModule {}
