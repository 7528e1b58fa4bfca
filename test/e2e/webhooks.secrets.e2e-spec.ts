import { describe, expect, it } from '@jest/globals';

import type { WebhookWithSecretDto } from '../../src/webhooks/webhook.dto.js';
import { eventually } from '../support/eventually.js';
import { Service, secretKey } from '../support/service.js';
import { SharedWebhooks, webhookEnvironment } from '../support/shared-webhooks.js';
import { verify } from '../support/webhook-receiver.js';

const hooks = new SharedWebhooks();

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
    await eventually(() => hooks.service.output.includes('sealed with another SECRET_KEY'));
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
    const swept = async (days: number) => {
      await hooks.sql(`UPDATE event SET at = now() - make_interval(days => $1)`, [days]);
      const sweeper = await Service.start({
        stores: hooks.service.stores,
        environment: { EVENTS_RETENTION_DAYS: '7' },
      });
      await eventually(async () => (await floor()) > 0);
      await sweeper.stop();
      return floor();
    };
    const [place] = await hooks.sql<{ next_number: string }>(
      `SELECT next_number FROM webhook WHERE id = $1`,
      [hooks.webhook.id],
    );
    expect(await swept(8)).toBe(Number(place?.next_number) - 1);
    expect((await hooks.read()).disabled_reason).toBe('requested');
    await swept(31);
    const expirer = await Service.start({ stores: hooks.service.stores, environment: webhookEnvironment });
    await eventually(async () => (await hooks.read()).disabled_reason === 'expired');
    await expirer.stop();
    await hooks.update({ enabled: true });
    await hooks.api.createTicket();
    await hooks.receiver.has(1);
    expect(hooks.receiver.received).toHaveLength(1);
  });
});
