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
@Module({
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
})
export class WebhooksModule {
  constructor(jobs: JobScheduler, events: EventsRepository, webhooks: WebhooksRepository) {
    events.firstNeeded = () => webhooks.firstNeeded();
    registerWebhookGauges(() => webhooks.states());
    jobs.register('delete old deliveries of webhooks', () => webhooks.sweep());
    jobs.register('disable expired webhooks', async () => {
      for (const id of await webhooks.expire())
        new Logger('Webhooks').warn(
          `The webhook ${id} was disabled: events that it had not received left the feed`,
        );
      return false;
    });
  }
}
