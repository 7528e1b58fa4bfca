import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { formatCursor } from '../events/feed-cursor.js';
import { FeedEvent } from '../events/feed-event.js';
import { Pause } from '../events/pause.js';
import { errorMessage } from '../observability/error-message.js';
import { leaseMs } from './dispatch.sql.js';
import { webhookAttempts } from './webhook.metrics.js';
import { attemptMs } from './webhook-request.js';
/** The wait for results while nothing can be claimed, and after a failed exchange. */
const waitMs = 5_000;
const retryMs = 1_000;
/** Sends the due events of one endpoint, until none is left. */
export class EndpointRun {
    id;
    parts;
    logger = new Logger('Webhooks');
    pause = new Pause();
    stop = new AbortController();
    results = [];
    inFlight = 0;
    isStopping = false;
    constructor(id, parts) {
        this.id = id;
        this.parts = parts;
    }
    /** Looks for due events at once. */
    wake() {
        this.pause.cut();
    }
    /** Claims nothing more. Requests that have no answer after `graceMs` are given up, and their events are due again. */
    async end(graceMs) {
        this.isStopping = true;
        this.pause.cut();
        await sleep(graceMs, undefined, { ref: false });
        this.stop.abort();
    }
    /** Resolves when nothing is due and nothing is in flight. */
    async run() {
        for (;;) {
            const claimedAt = performance.now();
            const { webhook, claimed, hasMore } = await this.exchange();
            if (webhook)
                for (const delivery of claimed)
                    void this.attempt(delivery, webhook, claimedAt);
            if (this.inFlight === 0 && this.results.length === 0 && (!hasMore || this.isStopping))
                return;
            if (this.inFlight > 0 && this.results.length === 0)
                await this.pause.wait(waitMs);
        }
    }
    /** Records the results so far, and claims. Results that cannot be recorded are kept: until their lease ends they count. */
    async exchange() {
        const results = this.results.splice(0);
        const nothing = { claimed: [], hasMore: false };
        if (results.length === 0 && this.isStopping)
            return nothing;
        const { repository, retries } = this.parts;
        try {
            const mayClaim = (webhook) => !this.isStopping && this.canSign(webhook);
            const exchange = await repository.exchange(this.id, results, {
                disableAfter: retries.disableAfter,
                mayClaim,
            });
            if (exchange.disabled)
                this.logger.warn(`The webhook ${this.id} was disabled: ${exchange.disabled}`);
            return exchange;
        }
        catch (error) {
            this.logger.warn(`Deliveries of the webhook ${this.id} cannot be recorded: ${errorMessage(error)}`);
            this.results.unshift(...results);
            if (this.isStopping)
                this.results = [];
            else
                await sleep(retryMs);
            return nothing;
        }
    }
    canSign({ secret }) {
        const isOpen = this.parts.seal.open(secret) !== undefined;
        if (!isOpen)
            this.logger.warn(`The secret of the webhook ${this.id} was sealed with another SECRET_KEY: rotate it`);
        return isOpen;
    }
    async attempt(delivery, webhook, claimedAt) {
        this.inFlight++;
        const { number, lease } = delivery;
        const result = await this.deliver(delivery, webhook, claimedAt);
        webhookAttempts.inc({ webhook: String(this.id), outcome: result.outcome });
        this.results.push({ number, lease, url: webhook.url, ...result });
        this.inFlight--;
        this.pause.cut();
    }
    async deliver(delivery, { url, secret, previous_secret }, claimedAt) {
        const { seal, sender, retries } = this.parts;
        // Its ticket was deleted, and the event with it.
        if (delivery.tag === null)
            return { outcome: 'failed' };
        // This process was frozen: with less than the time of an attempt left, another replica could send a later event meanwhile.
        if (performance.now() - claimedAt > leaseMs - attemptMs)
            return { outcome: 'released' };
        const secrets = [secret, previous_secret ?? ''].flatMap((sealed) => sealed ? (seal.open(sealed) ?? []) : []);
        const message = {
            url,
            secrets,
            id: formatCursor(delivery),
            body: JSON.stringify(new FeedEvent(delivery)),
        };
        const { attempt, retryAfter } = await sender.send(message, this.stop.signal);
        if (attempt.status === null && this.stop.signal.aborted)
            return { outcome: 'released' };
        const verdict = retries.judge(attempt.status, delivery.tries, retryAfter);
        if (verdict.outcome === 'failed')
            this.logger.warn(`The webhook ${this.id} did not accept the event ${message.id}, which is given up`);
        return { ...verdict, attempt };
    }
}
//# sourceMappingURL=endpoint-run.js.map