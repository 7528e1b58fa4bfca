import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';

import { EventsModule } from '../events/events.module.js';
import { Readiness } from '../middleware/graceful-shutdown.js';
import { TicketsModule } from '../tickets/tickets.module.js';
import { HealthController } from './health.controller.js';
import { IndexController } from './index.controller.js';
import { MetricsCollectors } from './metrics.collectors.js';
import { MetricsController } from './metrics.controller.js';

/** The index, liveness, readiness and metrics. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), EventsModule, TicketsModule],
  controllers: [IndexController, HealthController, MetricsController],
  providers: [MetricsCollectors, Readiness],
})
export class ObservabilityModule {}
