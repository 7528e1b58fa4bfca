import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';

import { CacheIndicator } from './cache.indicator.js';
import { HealthController } from './health.controller.js';

/** Liveness and readiness. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [CacheIndicator],
})
export class HealthModule {}
