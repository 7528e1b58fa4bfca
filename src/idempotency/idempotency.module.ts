import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { IdempotencyKeyRow } from './idempotency-key.entity.js';
import { IdempotencyService } from './idempotency.service.js';

/** Requests that are safe to repeat. */
@Module({
  imports: [TypeOrmModule.forFeature([IdempotencyKeyRow])],
  providers: [IdempotencyService],
  exports: [IdempotencyService],
})
export class IdempotencyModule {}
