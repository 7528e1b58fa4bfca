import { describe, expect, it } from '@jest/globals';

import type { WebhookWithSecretDto } from '../../src/webhooks/webhook.dto.js';
import { scrape, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { SharedWebhooks } from '../support/shared-webhooks.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';

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
