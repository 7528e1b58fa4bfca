import { randomUUID } from 'node:crypto';

import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { Cursors } from '../api/cursors.js';
import { cutPage, type Page, type PageQuery } from '../api/pagination.js';
import { InvalidRequest, Overloaded, Problem } from '../api/problem.js';
import type { WriteContext } from '../api/write-context.js';
import type { Transaction } from '../database/database.js';
import { FeedEvent } from '../events/feed-event.js';
import { FeedService } from '../events/feed.service.js';
import { IdempotencyService, type IdempotentResult } from '../idempotency/idempotency.service.js';
import { errorMessage } from '../observability/error-message.js';
import { AddressPolicy } from './address-policy.js';
import { sealedWithAnotherKey, SecretSeal } from './secret-seal.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookSender } from './webhook-request.js';
import { maxWebhooks } from './webhook.sql.js';
import type { CreateWebhookDto, ListDeliveriesQuery, ReplayWebhookDto } from './webhook.dto.js';
import type { UpdateWebhookDto } from './webhook.dto.js';
import type { WebhookAttemptDto, WebhookDeliveryDto, WebhookDto } from './webhook.dto.js';
import type { WebhookWithSecretDto } from './webhook.dto.js';
import { WebhooksRepository, type DeliveryRow } from './webhooks.repository.js';

/** Tests of endpoints that a process runs at once. */
const maxTests = 10;

/** Manages the endpoints of webhooks. */
@Injectable()
export class WebhooksService implements OnApplicationBootstrap {
  private tests = 0;

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly idempotency: IdempotencyService,
    private readonly cursors: Cursors,
    private readonly feed: FeedService,
    private readonly addresses: AddressPolicy,
    private readonly seal: SecretSeal,
    private readonly sender: WebhookSender,
    private readonly dispatcher: WebhookDispatcher,
  ) {}

  /** Seals the secrets of SECRET_KEY_PREVIOUS with SECRET_KEY. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      for (const { id, secret, previous_secret } of await this.repository.secrets())
        for (const sealed of [secret, previous_secret ?? '']) {
          const again = sealed && this.seal.reseal(sealed);
          if (again) await this.repository.reseal(id, sealed, again);
        }
    } catch (error) {
      new Logger('Webhooks').warn(`Secrets of webhooks cannot be sealed again: ${errorMessage(error)}`);
    }
  }

  /** Creates an endpoint, once for each idempotency key of an actor. */
  async create(
    fields: CreateWebhookDto,
    context: WriteContext,
  ): Promise<IdempotentResult<WebhookWithSecretDto>> {
    this.assertUrl(fields.url);
    return this.withSecret(['create webhook', fields], context, async (sealed, transaction) => {
      const webhook = await this.repository.insert(fields, sealed, transaction);
      if (webhook) return webhook;
      throw new Problem('limit-reached', `There are ${maxWebhooks} webhooks, which is the limit`);
    });
  }

  /** Returns a page of the endpoints, oldest first. */
  async list({ limit, cursor }: PageQuery): Promise<Page<WebhookDto>> {
    const list = 'webhooks';
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const webhooks = await this.repository.list(Number(after), limit + 1);
    return cutPage(webhooks, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
  }

  /** Returns an endpoint, or throws Problem 404. */
  async find(id: number): Promise<WebhookDto> {
    return found(id, await this.repository.find(id));
  }

  /** Changes an endpoint, or throws Problem 404. Requests that are under way still go to the old URL. */
  async update(id: number, patch: UpdateWebhookDto, context: WriteContext) {
    if (patch.url !== undefined) this.assertUrl(patch.url);
    const changed = await this.idempotency.once(context, ['change webhook', id, patch], async (transaction) =>
      found(id, await this.repository.update(id, patch, transaction)),
    );
    this.dispatcher.wake();
    return changed;
  }

  /** Deletes an endpoint with its deliveries, or throws Problem 404. */
  delete(id: number, context: WriteContext) {
    return this.idempotency.once(context, ['delete webhook', id], async (transaction) => {
      if (!(await this.repository.delete(id, transaction))) throw notFound(id);
      return { id };
    });
  }

  /** Gives an endpoint a new secret, or throws Problem 404. */
  rotate(id: number, context: WriteContext): Promise<IdempotentResult<WebhookWithSecretDto>> {
    return this.withSecret(['rotate webhook secret', id], context, async (sealed, transaction) =>
      found(id, await this.repository.rotate(id, sealed, transaction)),
    );
  }

  /** Sends a `webhook.test` to an endpoint, enabled or not, and returns what became of it. Without its secret, sends nothing. */
  async test(id: number): Promise<WebhookAttemptDto> {
    const { url, ...sealed } = found(id, (await this.repository.secrets(id))[0]);
    const secrets = this.seal.openAll(sealed);
    if (secrets.length === 0) return notSent(`the secret was ${sealedWithAnotherKey}`);
    if (this.tests >= maxTests) throw new Overloaded();
    this.tests++;
    try {
      const event = testEvent(id);
      return (await this.sender.send({ url, secrets, id: event.id, body: JSON.stringify(event) })).attempt;
    } finally {
      this.tests--;
    }
  }

  /** Returns a page of the deliveries of an endpoint, newest first, or throws Problem 404. */
  async deliveries(
    id: number,
    { limit, cursor, state }: ListDeliveriesQuery,
  ): Promise<Page<WebhookDeliveryDto & { number: number }>> {
    const list = `deliveries of ${id} ${state ?? ''}`;
    const [before = Number.MAX_SAFE_INTEGER] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    await this.find(id);
    const rows = await this.repository.deliveries(id, Number(before), limit + 1, state);
    const sortKeysOf = ({ number }: { number: number }) => [number];
    return cutPage(rows.map(toDelivery), limit, { cursors: this.cursors, list, sortKeysOf });
  }

  /** Sends events again; throws Problem 404, or 410 for an event that the feed does not have. */
  async replay(id: number, range: ReplayWebhookDto, context: WriteContext) {
    const { after, until } = range;
    const replay = await this.idempotency.once(context, ['replay events', id, range], async (transaction) => {
      await this.find(id);
      await this.feed.resolveCursor(after);
      if (until) await this.feed.resolveCursor(until);
      if (until && until.number < after.number)
        throw new InvalidRequest([{ field: 'until', message: 'must not come before after' }]);
      await this.repository.replay(id, after.number, until?.number, transaction);
      return found(id, await this.repository.find(id, transaction));
    });
    this.dispatcher.wake();
    return replay;
  }

  /** Stores the new secret sealed only, in the response of the idempotency key too. */
  private async withSecret(
    request: unknown[],
    context: WriteContext,
    write: (sealed: string, transaction: Transaction | undefined) => Promise<WebhookDto>,
  ): Promise<IdempotentResult<WebhookWithSecretDto>> {
    const { result, replayed } = await this.idempotency.once(context, request, async (transaction) => {
      const sealed = this.seal.seal(this.seal.create());
      return { webhook: await write(sealed, transaction), sealed };
    });
    const secret = this.seal.open(result.sealed);
    if (secret === undefined) throw new Error(`The secret was ${sealedWithAnotherKey}`);
    return { result: { ...result.webhook, secret }, replayed };
  }

  private assertUrl(url: string): void {
    const message = this.addresses.urlError(url);
    if (message !== undefined) throw new InvalidRequest([{ field: 'url', message }]);
  }
}

/** The result of an attempt that was not made. */
function notSent(error: string): WebhookAttemptDto {
  return { at: new Date().toISOString(), status: null, duration_ms: 0, answer: null, error };
}

function notFound(id: number): Problem {
  return new Problem('not-found', `There is no webhook ${id}`);
}

function found<Value>(id: number, value: Value | undefined): Value {
  if (value === undefined) throw notFound(id);
  return value;
}

function toDelivery({ state, next_attempt_at, attempts, ...event }: DeliveryRow) {
  const delivery = { event: new FeedEvent(event).toJSON(), state, next_attempt_at, attempts };
  // For the cursor; not shown.
  return Object.defineProperty(delivery, 'number', { value: event.number }) as typeof delivery & {
    number: number;
  };
}

/** An event that is no change of a ticket, and is not in the feed. */
function testEvent(webhookId: number) {
  const id = `test-${randomUUID().slice(0, 8)}`;
  const common = { specversion: '1.0', id, source: '/webhook', type: 'webhook.test' };
  return { ...common, subject: String(webhookId), time: new Date().toISOString(), data: {} };
}
