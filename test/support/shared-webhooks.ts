import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';

import type { WebhookDeliveryDto, WebhookDto, WebhookWithSecretDto } from '../../src/webhooks/webhook.dto.js';
import { Api, json } from './api.js';
import { connect } from './servers.js';
import { Service, type ServiceWithStores } from './service.js';
import { waitForNumbers } from './transactions.js';
import { WebhookReceiver } from './webhook-receiver.js';

/** Variables of a service that may call receivers on this machine. Its poll decides when it tries again, at most once a second. */
export const webhookEnvironment = {
  WEBHOOK_HOSTS: '127.0.0.0/8',
  WEBHOOK_RETRY_SCHEDULE: '0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,30',
};

/** Starts a service for the tests of a file, and a receiver with its webhook for each test. */
export class SharedWebhooks {
  service!: ServiceWithStores;
  receiver!: WebhookReceiver;
  webhook!: WebhookWithSecretDto;
  readonly api = new Api(() => this.service.url);

  constructor() {
    beforeAll(async () => {
      this.service = await Service.start({ environment: webhookEnvironment });
    });
    afterAll(async () => {
      expect(await this.service.stop()).toBe(0);
      expect(this.service.output.includes('"level":"error"')).toBe(false);
    });
    beforeEach(async () => {
      this.receiver = await WebhookReceiver.start();
      // An event of the test before that is numbered later would go to this webhook.
      await waitForNumbers(this.service.stores.database);
      this.webhook = await this.create();
    });
    afterEach(async () => {
      await this.send('DELETE', `/${this.webhook.id}`);
      await this.receiver.kill();
    });
  }

  /** Sends a request to a path under /webhook. */
  send<Body>(method: string, path: string, body?: object) {
    return this.api.send<Body>(method, `/webhook${path}`, body && json(JSON.stringify(body)));
  }

  /** Creates another webhook. */
  async create(fields: object = {}): Promise<WebhookWithSecretDto> {
    return (await this.send<WebhookWithSecretDto>('POST', '', { url: this.receiver.url, ...fields })).body;
  }

  /** Reads the webhook of the test. */
  async read(): Promise<WebhookDto> {
    return (await this.send<WebhookDto>('GET', `/${this.webhook.id}`)).body;
  }

  /** Changes the webhook of the test. */
  update(fields: object) {
    return this.send<WebhookDto>('PATCH', `/${this.webhook.id}`, fields);
  }

  /** Lists the deliveries of the webhook, newest first. */
  async deliveries(query = ''): Promise<WebhookDeliveryDto[]> {
    const path = `/${this.webhook.id}/delivery?${query}`;
    return (await this.send<{ items: WebhookDeliveryDto[] }>('GET', path)).body.items;
  }

  /** Returns the newest delivery. */
  async latest(): Promise<WebhookDeliveryDto | undefined> {
    return (await this.deliveries('limit=1'))[0];
  }

  /** Runs a statement on the database of the service. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const database = await connect(this.service.stores.database);
    const { rows } = await database.query<Row>(text, values);
    await database.end();
    return rows;
  }
}
