import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';

import { formatCursor } from '../events/feed-cursor.js';
import { FeedEvent } from '../events/feed-event.js';
import { Pause } from '../events/pause.js';
import { errorMessage } from '../observability/error-message.js';
import type { AttemptRecord, ClaimedDelivery, DispatchRepository } from './dispatch.repository.js';
import type { LockedWebhook } from './dispatch.repository.js';
import { leaseMs } from './dispatch.sql.js';
import type { RetryPolicy } from './retry-policy.js';
import { sealedWithAnotherKey, type SecretSeal } from './secret-seal.js';
import { webhookAttempts } from './webhook.metrics.js';
import { attemptMs, type WebhookSender } from './webhook-request.js';

/** The wait for results while nothing can be claimed, and after a failed exchange. */
const waitMs = 5_000;
const retryMs = 1_000;

/** Sends the due events of one endpoint, until none is left. */
export class EndpointRun {
  private readonly logger = new Logger('Webhooks');
  private readonly pause = new Pause();
  private readonly stop = new AbortController();
  private results: AttemptRecord[] = [];
  private inFlight = 0;
  private isStopping = false;

  constructor(
    private readonly id: number,
    private readonly parts: {
      repository: DispatchRepository;
      sender: WebhookSender;
      seal: SecretSeal;
      retries: RetryPolicy;
      /** Sealed secrets that could not be opened, which is logged once for each. */
      unreadable: Set<string>;
    },
  ) {}

  /** Looks for due events at once. */
  wake(): void {
    this.pause.cut();
  }

  /** Claims nothing more. Requests that have no answer after `graceMs` are given up, and their events are due again. */
  async end(graceMs: number): Promise<void> {
    this.isStopping = true;
    this.pause.cut();
    await sleep(graceMs, undefined, { ref: false });
    this.stop.abort();
  }

  /** Resolves when nothing is due and nothing is in flight. */
  async run(): Promise<void> {
    for (;;) {
      const claimedAt = performance.now();
      const { webhook, claimed, hasMore } = await this.exchange();
      if (webhook) for (const delivery of claimed) void this.attempt(delivery, webhook, claimedAt);
      if (this.inFlight === 0 && this.results.length === 0 && (!hasMore || this.isStopping)) return;
      if (this.inFlight > 0 && this.results.length === 0) await this.pause.wait(waitMs);
    }
  }

  /** Records the results so far, and claims. Results that cannot be recorded are kept: until their lease ends they count. */
  private async exchange(): Promise<Awaited<ReturnType<DispatchRepository['exchange']>>> {
    const results = this.results.splice(0);
    const nothing = { claimed: [], hasMore: false };
    if (results.length === 0 && this.isStopping) return nothing;
    const { repository, retries } = this.parts;
    try {
      const mayClaim = (webhook: LockedWebhook) => !this.isStopping && this.canSign(webhook);
      const exchange = await repository.exchange(this.id, results, {
        disableAfter: retries.disableAfter,
        mayClaim,
      });
      if (exchange.disabled) this.logger.warn(`The webhook ${this.id} was disabled: ${exchange.disabled}`);
      return exchange;
    } catch (error) {
      this.logger.warn(`Deliveries of the webhook ${this.id} cannot be recorded: ${errorMessage(error)}`);
      this.results.unshift(...results);
      if (this.isStopping) this.results = [];
      else await sleep(retryMs);
      return nothing;
    }
  }

  private canSign({ secret }: LockedWebhook): boolean {
    const { seal, unreadable } = this.parts;
    const isOpen = seal.open(secret) !== undefined;
    if (!isOpen && !unreadable.has(secret))
      this.logger.warn(
        `The secret of the webhook ${this.id} was ${sealedWithAnotherKey}: set that as SECRET_KEY_PREVIOUS, or replace the secret`,
      );
    if (!isOpen) unreadable.add(secret);
    return isOpen;
  }

  private async attempt(delivery: ClaimedDelivery, webhook: LockedWebhook, claimedAt: number): Promise<void> {
    this.inFlight++;
    const { number, lease } = delivery;
    const result = await this.deliver(delivery, webhook, claimedAt);
    webhookAttempts.inc({ webhook: String(this.id), outcome: result.outcome });
    this.results.push({ number, lease, url: webhook.url, ...result });
    this.inFlight--;
    this.pause.cut();
  }

  private async deliver(
    delivery: ClaimedDelivery,
    webhook: LockedWebhook,
    claimedAt: number,
  ): Promise<Pick<AttemptRecord, 'outcome' | 'delay' | 'attempt'>> {
    const { seal, sender, retries } = this.parts;
    // Its ticket was deleted, and the event with it.
    if (delivery.tag === null) return { outcome: 'failed' };
    // This process was frozen: with less than the time of an attempt left, another replica could send a later event meanwhile.
    if (performance.now() - claimedAt > leaseMs - attemptMs) return { outcome: 'released' };
    const secrets = seal.openAll(webhook);
    const body = JSON.stringify(new FeedEvent(delivery));
    const message = { url: webhook.url, secrets, id: formatCursor(delivery), body };
    const { attempt, retryAfter } = await sender.send(message, this.stop.signal);
    if (attempt.status === null && this.stop.signal.aborted) return { outcome: 'released' };
    const verdict = retries.judge(attempt.status, delivery.tries, retryAfter);
    if (verdict.outcome === 'failed')
      this.logger.warn(`The webhook ${this.id} did not accept the event ${message.id}, which is given up`);
    return { ...verdict, attempt };
  }
}
