import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import type { WebhookWithSecretDto } from '../../src/webhooks/webhook.dto.js';
import { scrape, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { SharedWebhooks, webhookEnvironment } from '../support/shared-webhooks.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';
import { secretKey, Service } from '../support/service.js';

const hooks = new SharedWebhooks();

describe('An endpoint', () => {
  it('that answers 410 is disabled, and gets the event when it is enabled again', async () => {
    hooks.receiver.answer = (_, response) => response.writeHead(410).end();
    await hooks.api.createTicket();
    await eventually(async () => !(await hooks.read()).enabled);
    expect(await hooks.read()).toMatchObject({ enabled: false, disabled_reason: 'gone' });
    await hooks.api.createTicket();
    hooks.receiver.answer = (_, response) => response.end();
    expect((await hooks.update({ enabled: true })).body).toMatchObject({
      enabled: true,
      disabled_reason: null,
    });
    await hooks.receiver.has(3);
    expect(hooks.receiver.ids[1]).toBe(hooks.receiver.ids[0]);
    expect((await scrape(hooks.api)).get(`ticket_webhooks{state="enabled"}`)).toBe(1);
  });

  it('that is disabled gets what came meanwhile, in order', async () => {
    expect((await hooks.update({ enabled: false })).body).toMatchObject({
      enabled: false,
      disabled_reason: 'requested',
    });
    const { id } = (await hooks.api.createTicket()).body;
    for (let n = 0; n < 5; n++) await hooks.api.comment(id);
    expect(hooks.receiver.received).toEqual([]);
    await hooks.update({ enabled: true });
    await hooks.receiver.has(6);
    expect(hooks.receiver.received.map(({ event }) => event.data.version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('that is slow does not delay another one', async () => {
    const other = await WebhookReceiver.start();
    const { id } = await hooks.create({ url: other.url });
    hooks.receiver.answer = () => undefined;
    await times(30, () => hooks.api.createTicket());
    const begun = performance.now();
    await other.has(30, 5_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
    await hooks.send('DELETE', `/${id}`);
    await other.kill();
  });

  it('with another URL gets what the old one failed to take, at once', async () => {
    await hooks.update({ url: 'http://127.0.0.1:1/' });
    await hooks.api.createTicket();
    await eventually(async () => ((await hooks.latest())?.attempts.length ?? 0) === 9);
    expect((await hooks.latest())?.attempts[0]).toMatchObject({
      status: null,
      answer: null,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    await hooks.update({ url: hooks.receiver.url });
    await hooks.receiver.has(1, 5_000);
  });

  it('signs with the old secret too after a rotation', async () => {
    const rotated = (await hooks.send<WebhookWithSecretDto>('POST', `/${hooks.webhook.id}/secret`)).body;
    expect(rotated.secret).not.toBe(hooks.webhook.secret);
    await hooks.api.createTicket();
    const [request] = await hooks.receiver.has(1);
    if (!request) throw new Error('Nothing was received');
    for (const { secret } of [hooks.webhook, rotated]) expect(verify(secret, request)).toEqual(request.event);
    await hooks.sql(`UPDATE webhook SET previous_secret_until = now()`);
    await hooks.api.createTicket();
    const [, second] = await hooks.receiver.has(2);
    if (!second) throw new Error('Nothing was received');
    expect(() => verify(hooks.webhook.secret, second)).toThrow('signature');
  });

  it('receives a test', async () => {
    hooks.receiver.answer = (_, response) => response.writeHead(202).end('got it');
    const { status, body } = await hooks.send('POST', `/${hooks.webhook.id}/test`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: 202, answer: 'got it', error: null },
    });
    const [request] = hooks.receiver.received;
    if (!request) throw new Error('Nothing was received');
    expect(verify(hooks.webhook.secret, request)).toMatchObject({
      type: 'webhook.test',
      subject: String(hooks.webhook.id),
    });
  });

  it('is disabled without a success for twice the schedule', async () => {
    hooks.receiver.answer = (_, response) => response.writeHead(500).end();
    await hooks.api.createTicket();
    await eventually(async () => (await hooks.read()).failing_since !== null);
    await hooks.sql(`UPDATE webhook SET failing_since = now() - interval '62 seconds'`);
    await eventually(async () => !(await hooks.read()).enabled);
    expect(await hooks.read()).toMatchObject({ disabled_reason: 'failing' });
    await eventually(() =>
      hooks.service.output.includes(`The webhook ${hooks.webhook.id} was disabled: failing`),
    );
  });
});

describe('The secret', () => {
  it('is in no other response, no log and no table in the clear', async () => {
    await hooks.api.createTicket();
    await hooks.receiver.has(1);
    const keyed = await hooks.api.send<WebhookWithSecretDto>('POST', '/webhook', {
      ...{ body: JSON.stringify({ url: hooks.receiver.url, description: 'Index' }) },
      headers: { 'content-type': 'application/json', 'idempotency-key': 'hook-1' },
    });
    const again = await hooks.api.send<WebhookWithSecretDto>('POST', '/webhook', {
      ...{ body: JSON.stringify({ url: hooks.receiver.url, description: 'Index' }) },
      headers: { 'content-type': 'application/json', 'idempotency-key': 'hook-1' },
    });
    expect(again.body).toEqual(keyed.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const shown = [
      await hooks.read(),
      (await hooks.send('GET', '')).body,
      (await hooks.update({ description: null })).body,
      await hooks.deliveries(),
    ];
    const tables = await hooks.sql<{ rows: string }>(`
      SELECT (SELECT json_agg(w)::text FROM webhook w) || (SELECT json_agg(d)::text FROM webhook_delivery d)
        || (SELECT json_agg(k)::text FROM idempotency_key k) AS rows`);
    const all = JSON.stringify([shown, tables]) + hooks.service.output;
    expect(all).toContain(keyed.body.url);
    for (const { secret } of [hooks.webhook, keyed.body])
      expect(all).not.toContain(secret.slice('whsec_'.length, 30));
    await hooks.send('DELETE', `/${keyed.body.id}`);
  });

  it('is sealed again at a start with another key, and a replica without the key sends nothing', async () => {
    const other = 'another key of the tests, long enough';
    const second = await Service.start({
      stores: hooks.service.stores,
      environment: { ...webhookEnvironment, SECRET_KEY: other, SECRET_KEY_PREVIOUS: secretKey },
    });
    await eventually(async () => (await hooks.sql(`SELECT 1 FROM webhook`)).length === 1);
    await hooks.api.createTicket();
    const [request] = await hooks.receiver.has(1);
    if (!request) throw new Error('Nothing was received');
    expect(verify(hooks.webhook.secret, request)).toEqual(request.event);
    await second.stop();
    const { id } = (await hooks.api.createTicket()).body;
    const warnings = () => hooks.service.output.split('sealed with another SECRET_KEY').length - 1;
    await eventually(() => warnings() > 0);
    // Longer than the poll, which finds the event again.
    await sleep(1_500);
    expect(warnings()).toBe(1);
    const { status, body } = await hooks.send('POST', `/${hooks.webhook.id}/test`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: null, error: 'the secret was sealed with another SECRET_KEY' },
    });
    expect(hooks.receiver.received).toHaveLength(1);
    expect(id).toBeGreaterThan(0);
  });
});

describe('An endpoint that needs old events', () => {
  it('keeps them for 30 days whatever EVENTS_RETENTION_DAYS says, and then expires', async () => {
    await hooks.update({ enabled: false });
    await hooks.api.createTicket();
    await eventually(async () => (await hooks.sql(`SELECT 1 FROM event WHERE number IS NULL`)).length === 0);
    const floor = async () =>
      Number(
        (await hooks.sql<{ floor_number: string }>(`SELECT floor_number FROM feed_state`))[0]?.floor_number,
      );
    const moved = (days: number) =>
      hooks.sql(`UPDATE event SET at = now() - make_interval(days => $1)`, [days]);
    const sweep = (environment = {}) =>
      Service.start({
        stores: hooks.service.stores,
        environment: { ...environment, EVENTS_RETENTION_DAYS: '7' },
      });
    const [place] = await hooks.sql<{ next_number: string }>(
      `SELECT next_number FROM webhook WHERE id = $1`,
      [hooks.webhook.id],
    );
    await moved(8);
    const sweeper = await sweep();
    await eventually(async () => (await floor()) > 0);
    await sweeper.stop();
    expect(await floor()).toBe(Number(place?.next_number) - 1);
    expect((await hooks.read()).disabled_reason).toBe('requested');
    await moved(31);
    const expirer = await sweep(webhookEnvironment);
    await eventually(async () => (await hooks.read()).disabled_reason === 'expired');
    await expirer.stop();
    await hooks.update({ enabled: true });
    await hooks.api.createTicket();
    await hooks.receiver.has(1);
    expect(hooks.receiver.received).toHaveLength(1);
  });
});
