var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable, Logger } from '@nestjs/common';
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
let WebhookDispatcher = class WebhookDispatcher {
    repository;
    sender;
    seal;
    retries;
    numbering;
    logger = new Logger('Webhooks');
    pause = new Pause();
    runs = new Map();
    polls = Promise.resolve();
    isStopping = false;
    constructor(repository, sender, seal, retries, numbering) {
        this.repository = repository;
        this.sender = sender;
        this.seal = seal;
        this.retries = retries;
        this.numbering = numbering;
    }
    onApplicationBootstrap() {
        this.polls = this.poll();
    }
    /** Looks for due events at once. */
    wake() {
        this.pause.cut();
    }
    /** Stops. The connections are closed later. */
    async onModuleDestroy() {
        this.isStopping = true;
        this.numbering.onNumbered = undefined;
        this.pause.cut();
        await this.polls;
        const runs = [...this.runs.values()];
        for (const { run } of runs)
            void run.end(graceMs);
        await Promise.all(runs.map(({ ended }) => ended));
    }
    async poll() {
        let hasFailed = false;
        while (!this.isStopping) {
            try {
                const webhooks = await this.repository.enabled();
                const wake = () => {
                    this.pause.cut();
                };
                this.numbering.onNumbered = webhooks.length > 0 ? wake : undefined;
                for (const { id, is_due } of webhooks)
                    if (is_due)
                        this.start(id);
                hasFailed = false;
            }
            catch (error) {
                if (!hasFailed)
                    this.logger.warn(`Webhooks cannot be read: ${errorMessage(error)}`);
                hasFailed = true;
            }
            await this.pause.wait(pollMs);
        }
    }
    /** Starts a run, or wakes the one that is running. */
    start(id) {
        const running = this.runs.get(id);
        if (running) {
            running.run.wake();
            return;
        }
        const { repository, sender, seal, retries } = this;
        const run = new EndpointRun(id, { repository, sender, seal, retries });
        const ended = run.run().finally(() => this.runs.delete(id));
        this.runs.set(id, { run, ended });
    }
};
WebhookDispatcher = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [DispatchRepository,
        WebhookSender,
        SecretSeal,
        RetryPolicy,
        EventNumbering])
], WebhookDispatcher);
export { WebhookDispatcher };
//# sourceMappingURL=webhook-dispatcher.js.map