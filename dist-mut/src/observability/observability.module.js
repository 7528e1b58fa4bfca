var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
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
let ObservabilityModule = class ObservabilityModule {
};
ObservabilityModule = __decorate([
    Module({
        imports: [TerminusModule.forRoot({ logger: false }), EventsModule, TicketsModule],
        controllers: [IndexController, HealthController, MetricsController],
        providers: [MetricsCollectors, Readiness],
    })
], ObservabilityModule);
export { ObservabilityModule };
//# sourceMappingURL=observability.module.js.map