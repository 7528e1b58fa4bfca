var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module.js';
import { EventsRepository } from '../events/events.repository.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { AddressPolicy } from './address-policy.js';
import { DispatchRepository } from './dispatch.repository.js';
import { RetryPolicy } from './retry-policy.js';
import { SecretSeal } from './secret-seal.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookSender } from './webhook-request.js';
import { Webhook, WebhookDelivery } from './webhook.entity.js';
import { registerWebhookGauges } from './webhook.metrics.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';
/** Webhooks: endpoints that receive the events of the feed. */
let WebhooksModule = class WebhooksModule {
    constructor(jobs, events, webhooks) {
        events.firstNeeded = () => webhooks.firstNeeded();
        registerWebhookGauges(() => webhooks.states());
        jobs.register('delete old deliveries of webhooks', () => webhooks.sweep());
        jobs.register('disable expired webhooks', async () => {
            for (const id of await webhooks.expire())
                new Logger('Webhooks').warn(`The webhook ${id} was disabled: events that it had not received left the feed`);
            return false;
        });
    }
};
WebhooksModule = __decorate([
    Module({
        imports: [TypeOrmModule.forFeature([Webhook, WebhookDelivery]), EventsModule, IdempotencyModule],
        controllers: [WebhooksController],
        providers: [
            WebhooksService,
            WebhooksRepository,
            WebhookDispatcher,
            DispatchRepository,
            WebhookSender,
            AddressPolicy,
            SecretSeal,
            RetryPolicy,
        ],
    }),
    __metadata("design:paramtypes", [JobScheduler, EventsRepository, WebhooksRepository])
], WebhooksModule);
export { WebhooksModule };
//# sourceMappingURL=webhooks.module.js.map