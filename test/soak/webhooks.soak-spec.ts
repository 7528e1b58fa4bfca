import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import type { WebhookDeliveryDto, WebhookDto } from '../../src/webhooks/webhook.dto.js';
import { Api, json } from '../support/api.js';
import { measureWebhooks, sendWebhooks } from '../support/checker/webhook-trial.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const report = (name: string, found: object) => {
  writeFileSync(`dist/${name}.json`, JSON.stringify(found, null, 2));
};

describe('Webhooks', () => {
  it('receive 20,000 events each, in order for each ticket, while receivers and replicas are killed', async () => {
    const run = await sendWebhooks({
      ...{ events: 20_000, tickets: 500, receiverKillMs: 1_500, replicaKillMs: 5_000 },
      signal: 'SIGKILL',
    });
    report('webhooks', run);
    expect(run.events).toBeGreaterThanOrEqual(20_000);
    expect(run.kills).toBeGreaterThan(5);
    expect(run.pending).toBe(0);
    for (const { missed, outOfOrder, doubles } of run.findings) {
      expect({ missed, outOfOrder }).toEqual({ missed: 0, outOfOrder: 0 });
      // A kill leaves at most ten requests in doubt.
      expect(doubles).toBeLessThanOrEqual(10 * run.kills);
    }
  }, 1_800_000);

  it('are measured', async () => {
    const figures = await measureWebhooks({ events: 200, backlog: 10_000 });
    report('webhook-figures', figures);
    expect(figures.p99).toBeLessThan(1_000);
    expect(figures.deliveriesPerSecond).toBeGreaterThan(100);
  }, 600_000);

  it('give up an event after the schedule, go on with its ticket, and disable an endpoint that never succeeds', async () => {
    // The default schedule in virtual time: a second stands for 20 hours.
    const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((s) => s / 72_000);
    const environment = {
      WEBHOOK_HOSTS: '127.0.0.0/8',
      WEBHOOK_RETRY_SCHEDULE: schedule.map((s) => s.toFixed(3)).join(','),
    };
    const service = await Service.start({ environment });
    const api = new Api(service.url);
    const receiver = await WebhookReceiver.start();
    const create = async () =>
      (await api.send<WebhookDto>('POST', '/webhook', json(JSON.stringify({ url: receiver.url })))).body.id;
    const id = await create();
    const poisoned = (await api.createTicket()).body.id;
    receiver.answer = ({ event }, response) =>
      response.writeHead(event.data.ticket_id === poisoned && event.data.version === 1 ? 500 : 204).end();
    await api.comment(poisoned);
    const states = async () => {
      const { body } = await api.send<{ items: WebhookDeliveryDto[] }>(
        'GET',
        `/webhook/${id}/delivery?limit=100`,
      );
      return body.items
        .filter(({ event }) => event.subject === String(poisoned))
        .map(({ state, attempts }) => [state, attempts.length]);
    };
    // Another ticket goes on, and so the endpoint is not disabled.
    await eventually(
      async () => {
        await api.createTicket();
        return (await states())[1]?.[0] === 'failed';
      },
      60_000,
      500,
    );
    await eventually(async () => (await states())[0]?.[0] === 'delivered');
    expect(await states()).toEqual([
      ['delivered', 1],
      ['failed', 10],
    ]);
    receiver.answer = (_, response) => response.writeHead(500).end();
    const read = async () => (await api.send<WebhookDto>('GET', `/webhook/${id}`)).body;
    await eventually(
      async () => {
        await api.createTicket();
        return !(await read()).enabled;
      },
      60_000,
      500,
    );
    expect(await read()).toMatchObject({ disabled_reason: 'failing' });
    await service.stop();
    await receiver.kill();
  }, 180_000);
});
