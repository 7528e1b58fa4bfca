var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Cursors } from '../api/cursors.js';
import { cutPage } from '../api/pagination.js';
import { InvalidRequest, Overloaded, Problem } from '../api/problem.js';
import { Deadline } from '../database/deadline.js';
import { FeedEvent } from '../events/feed-event.js';
import { FeedService } from '../events/feed.service.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { errorMessage } from '../observability/error-message.js';
import { AddressPolicy } from './address-policy.js';
import { SecretSeal } from './secret-seal.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookSender } from './webhook-request.js';
import { maxWebhooks } from './webhook.sql.js';
import { WebhooksRepository } from './webhooks.repository.js';
/** Tests of endpoints that a process runs at once. */
const maxTests = 10;
/** Manages the endpoints of webhooks. */
let WebhooksService = class WebhooksService {
    repository;
    idempotency;
    cursors;
    feed;
    addresses;
    seal;
    sender;
    dispatcher;
    tests = 0;
    constructor(repository, idempotency, cursors, feed, addresses, seal, sender, dispatcher) {
        this.repository = repository;
        this.idempotency = idempotency;
        this.cursors = cursors;
        this.feed = feed;
        this.addresses = addresses;
        this.seal = seal;
        this.sender = sender;
        this.dispatcher = dispatcher;
    }
    /** Seals the secrets of SECRET_KEY_PREVIOUS with SECRET_KEY. */
    async onApplicationBootstrap() {
        try {
            for (const { id, secret, previous_secret } of await this.repository.secrets())
                for (const sealed of [secret, previous_secret ?? '']) {
                    const again = sealed && this.seal.reseal(sealed);
                    if (again)
                        await this.repository.reseal(id, sealed, again);
                }
        }
        catch (error) {
            new Logger('Webhooks').warn(`Secrets of webhooks cannot be sealed again: ${errorMessage(error)}`);
        }
    }
    /** Creates an endpoint, once for each idempotency key of an actor. */
    async create(fields, context) {
        this.assertUrl(fields.url);
        return this.withSecret(['create webhook', fields], context, async (sealed, transaction) => {
            const webhook = await this.repository.insert(fields, sealed, transaction);
            if (webhook)
                return webhook;
            throw new Problem('limit-reached', `There are ${maxWebhooks} webhooks, which is the limit`);
        });
    }
    /** Returns a page of the endpoints, oldest first. */
    async list({ limit, cursor }) {
        const list = 'webhooks';
        const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
        const webhooks = await this.repository.list(Number(after), limit + 1);
        return cutPage(webhooks, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
    }
    /** Returns an endpoint, or throws Problem 404. */
    async find(id) {
        return found(id, await this.repository.find(id));
    }
    /** Changes an endpoint, or throws Problem 404. Requests that are under way still go to the old URL. */
    async update(id, patch) {
        if (patch.url !== undefined)
            this.assertUrl(patch.url);
        const webhook = found(id, await this.repository.update(id, patch));
        this.dispatcher.wake();
        return webhook;
    }
    /** Deletes an endpoint with its deliveries, or throws Problem 404. */
    async delete(id) {
        if (!(await this.repository.delete(id)))
            throw notFound(id);
    }
    /** Gives an endpoint a new secret, or throws Problem 404. */
    rotate(id, context) {
        return this.withSecret(['rotate webhook secret', id], context, async (sealed, transaction) => found(id, await this.repository.rotate(id, sealed, transaction)));
    }
    /** Sends a `webhook.test` to an endpoint, enabled or not, and returns what became of it. */
    async test(id) {
        const { url, secret, previous_secret } = found(id, (await this.repository.secrets(id))[0]);
        const secrets = this.seal.openAll([secret, previous_secret]);
        if (this.tests >= maxTests)
            throw new Overloaded();
        this.tests++;
        try {
            const event = testEvent(id);
            return (await this.sender.send({ url, secrets, id: event.id, body: JSON.stringify(event) })).attempt;
        }
        finally {
            this.tests--;
        }
    }
    /** Returns a page of the deliveries of an endpoint, newest first, or throws Problem 404. */
    async deliveries(id, { limit, cursor, state }) {
        const list = `deliveries of ${id} ${state ?? ''}`;
        const [before = Number.MAX_SAFE_INTEGER] = cursor === undefined ? [] : this.cursors.open(list, cursor);
        await this.find(id);
        const rows = await this.repository.deliveries(id, Number(before), limit + 1, state);
        const page = cutPage(rows.map(toDelivery), limit, {
            ...{ cursors: this.cursors, list },
            sortKeysOf: ({ number }) => [number],
        });
        return page;
    }
    /** Sends events again; throws Problem 404, or 410 for an event that the feed does not have. */
    async replay(id, { after, until }) {
        await this.find(id);
        await this.feed.resolveCursor(after);
        if (until)
            await this.feed.resolveCursor(until);
        if (until && until.number < after.number)
            throw new InvalidRequest([{ field: 'until', message: 'must not come before after' }]);
        await this.repository.replay(id, after.number, until?.number);
        this.dispatcher.wake();
        return this.find(id);
    }
    /** Stores the new secret sealed only, in the response of the idempotency key too. */
    async withSecret(request, context, write) {
        const { result, replayed } = await this.idempotency.once(context, request, async (transaction) => {
            const sealed = this.seal.seal(this.seal.create());
            return { webhook: await write(sealed, transaction), sealed };
        }, new Deadline());
        const secret = this.seal.open(result.sealed);
        if (secret === undefined)
            throw new Error('The secret was sealed with another SECRET_KEY');
        return { webhook: { ...result.webhook, secret }, replayed };
    }
    assertUrl(url) {
        const message = this.addresses.urlError(url);
        if (message !== undefined)
            throw new InvalidRequest([{ field: 'url', message }]);
    }
};
WebhooksService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [WebhooksRepository,
        IdempotencyService,
        Cursors,
        FeedService,
        AddressPolicy,
        SecretSeal,
        WebhookSender,
        WebhookDispatcher])
], WebhooksService);
export { WebhooksService };
function notFound(id) {
    return new Problem('not-found', `There is no webhook ${id}`);
}
function found(id, value) {
    if (value === undefined)
        throw notFound(id);
    return value;
}
function toDelivery({ state, next_attempt_at, attempts, ...event }) {
    const delivery = { event: new FeedEvent(event).toJSON(), state, next_attempt_at, attempts };
    // For the cursor; not shown.
    return Object.defineProperty(delivery, 'number', { value: event.number });
}
/** An event that is no change of a ticket, and is not in the feed. */
function testEvent(webhookId) {
    const id = `test-${randomUUID().slice(0, 8)}`;
    const common = { specversion: '1.0', id, source: '/webhook', type: 'webhook.test' };
    return { ...common, subject: String(webhookId), time: new Date().toISOString(), data: {} };
}
//# sourceMappingURL=webhooks.service.js.map