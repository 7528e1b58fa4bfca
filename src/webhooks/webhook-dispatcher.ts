import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { EventNumbering } from '../events/event-numbering.js';
import { Pause } from '../events/pause.js';
import { errorMessage } from '../observability/error-message.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointRun } from './endpoint-run.js';
import { RetryPolicy } from './retry-policy.js';
import { SecretSeal } from './secret-seal.js';
import { WebhookSender } from './webhook-request.js';

/** The time between two looks for endpoints with something to send. New events of this replica are sent at once. */
const pollMs = 1_000;

/** The time that requests to endpoints have left when the service ends. */
const graceMs = 1_500;

/**
 * Sends events to endpoints. Every replica looks for endpoints with due events; the lock of an endpoint and the leases of its events
 * decide which of them sends what.
 */
@Injectable()
export class WebhookDispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Webhooks');
  private readonly pause = new Pause();
  private readonly runs = new Map<number, { run: EndpointRun; ended: Promise<void> }>();
  private readonly unreadable = new Set<string>();
  private polls = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly repository: DispatchRepository,
    private readonly sender: WebhookSender,
    private readonly seal: SecretSeal,
    private readonly retries: RetryPolicy,
    private readonly numbering: EventNumbering,
  ) {}

  onApplicationBootstrap(): void {
    this.polls = this.poll();
  }

  /** Looks for due events at once. */
  wake(): void {
    this.pause.cut();
  }

  /** Stops. The connections are closed later. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.numbering.onNumbered = undefined;
    this.pause.cut();
    await this.polls;
    const runs = [...this.runs.values()];
    for (const { run } of runs) void run.end(graceMs);
    await Promise.all(runs.map(({ ended }) => ended));
  }

  private async poll(): Promise<void> {
    let hasFailed = false;
    while (!this.isStopping) {
      try {
        const webhooks = await this.repository.enabled();
        const wake = () => {
          this.pause.cut();
        };
        this.numbering.onNumbered = webhooks.length > 0 ? wake : undefined;
        for (const { id, is_due } of webhooks) if (is_due) this.start(id);
        hasFailed = false;
      } catch (error) {
        if (!hasFailed) this.logger.warn(`Webhooks cannot be read: ${errorMessage(error)}`);
        hasFailed = true;
      }
      await this.pause.wait(pollMs);
    }
  }

  /** Starts a run, or wakes the one that is running. */
  private start(id: number): void {
    const running = this.runs.get(id);
    if (running) {
      running.run.wake();
      return;
    }
    const { repository, sender, seal, retries, unreadable } = this;
    const run = new EndpointRun(id, { repository, sender, seal, retries, unreadable });
    const ended = run.run().finally(() => this.runs.delete(id));
    this.runs.set(id, { run, ended });
  }
}
