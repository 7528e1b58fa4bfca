import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { WebhookDeliveryDto, WebhookDto, WebhookWithSecretDto } from '../../src/webhooks/webhook.dto.js';
import { Api, json, scrape, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, secretKey, type ServiceWithStores } from '../support/service.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';

/** Milliseconds for ten attempts are shorter than the poll, which then decides. */
const environment = {
  WEBHOOK_HOSTS: '127.0.0.0/8',
  WEBHOOK_RETRY_SCHEDULE: '0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,30',
};

let service: ServiceWithStores;
let api: Api;
let receiver: WebhookReceiver;
let webhook: WebhookWithSecretDto;

const send = <Body>(method: string, path: string, body?: object) =>
  api.send<Body>(method, `/webhook${path}`, body && json(JSON.stringify(body)));
const create = async (fields: object = {}) =>
  (await send<WebhookWithSecretDto>('POST', '', { url: receiver.url, ...fields })).body;
const read = async (id = webhook.id) => (await send<WebhookDto>('GET', `/${id}`)).body;
const update = (fields: object) => send<WebhookDto>('PATCH', `/${webhook.id}`, fields);
const deliveries = async (query = '') =>
  (await send<{ items: WebhookDeliveryDto[] }>('GET', `/${webhook.id}/delivery?${query}`)).body.items;
const latest = async () => (await deliveries('limit=1'))[0];

async function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  const database = await connect(service.stores.database);
  const { rows } = await database.query<Row>(text, values);
  await database.end();
  return rows;
}

beforeAll(async () => {
  service = await Service.start({ environment });
  api = new Api(service.url);
});

afterAll(async () => {
  expect(await service.stop()).toBe(0);
  expect(service.output.includes('"level":"error"')).toBe(false);
});

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  webhook = await create();
});

afterEach(async () => {
  await send('DELETE', `/${webhook.id}`);
  await receiver.kill();
});

describe('An event', () => {
  it('is sent as the feed shows it, signed so that standardwebhooks verifies it', async () => {
    const { id } = (await api.createTicket()).body;
    await api.updateStatus(id, 'answered');
    const received = await receiver.has(2);

    const { items } = (await api.events(`ticket_id=${id}`)).body;
    expect(received.map(({ event }) => event)).toEqual(items);
    for (const request of received) {
      expect(verify(webhook.secret, request)).toEqual(request.event);
      expect(request.headers).toMatchObject({
        'webhook-id': request.event.id,
        'content-type': 'application/json',
      });
      expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, request)).toThrow('signature');
    }
    await eventually(async () => (await latest())?.state === 'delivered');
    expect(await latest()).toEqual({
      event: items[1],
      state: 'delivered',
      next_attempt_at: null,
      attempts: [
        { at: expect.any(String), status: 204, duration_ms: expect.any(Number), answer: '', error: null },
      ],
    });
  });

  it('waits for the earlier ones of its ticket, while other tickets go on', async () => {
    const { id } = (await api.createTicket()).body;
    await receiver.has(1);
    let fails = true;
    receiver.answer = ({ event }, response) =>
      response.writeHead(fails && event.data.ticket_id === id ? 500 : 200).end('no');
    await api.updateStatus(id, 'answered');
    await api.comment(id);
    const other = (await api.createTicket()).body.id;
    await api.comment(other);
    await eventually(
      () => receiver.received.filter(({ event }) => event.data.ticket_id === other).length === 2,
    );
    await eventually(async () => ((await deliveries('state=pending'))[1]?.attempts.length ?? 0) > 1);
    expect((await deliveries('state=pending')).map(({ attempts }) => attempts.length > 0)).toEqual([
      false,
      true,
    ]);
    expect((await read()).failing_since).toBeNull();
    fails = false;
    await eventually(async () => (await deliveries('state=pending')).length === 0);
    const versions = receiver.received.filter(({ event }) => event.data.ticket_id === id);
    expect([...new Set(versions.map(({ event }) => event.data.version))]).toEqual([1, 2, 3]);
    expect(versions.filter(({ event }) => event.data.version === 3)).toHaveLength(1);
  });

  it('is sent to at most ten at once', async () => {
    receiver.answer = (_, response) => setTimeout(() => response.end(), 100);
    await times(40, () => api.createTicket());
    const received = await receiver.has(40);
    expect(Math.max(...received.map(({ together }) => together))).toBe(10);
    expect(new Set(receiver.ids).size).toBe(40);
  });

  it('is sent again after an early close, a redirect and an answer that tells when', async () => {
    const answers = [
      (response: Parameters<typeof receiver.answer>[1]) => response.destroy(),
      (response: Parameters<typeof receiver.answer>[1]) =>
        response.writeHead(302, { Location: receiver.url }).end(),
      (response: Parameters<typeof receiver.answer>[1]) =>
        response.writeHead(429, { 'Retry-After': '2' }).end('x'.repeat(5_000)),
    ];
    receiver.answer = (_, response) => (answers.shift() ?? ((last) => last.end('thanks')))(response);
    await api.createTicket();
    const received = await receiver.has(4);
    expect(new Set(receiver.ids).size).toBe(1);
    expect((received[3]?.at ?? 0) - (received[2]?.at ?? 0)).toBeGreaterThan(1_900);
    await eventually(async () => (await latest())?.state === 'delivered');
    const attempts = (await latest())?.attempts ?? [];
    expect(attempts.map(({ status }) => status)).toEqual([null, 302, 429, 200]);
    expect(attempts.map(({ error }) => error)).toEqual([
      'socket hang up',
      'redirects are not followed',
      null,
      null,
    ]);
    expect(attempts.map(({ answer }) => answer?.length)).toEqual([undefined, 0, 1_024, 6]);
  });

  it('of another type than the endpoint wants is left out', async () => {
    await update({ types: ['ticket.status_changed'] });
    const { id } = (await api.createTicket()).body;
    await api.updateStatus(id, 'answered');
    await api.comment(id);
    await api.updateStatus(id, 'closed');
    await receiver.has(2);
    expect(receiver.received.map(({ event }) => event.data.version)).toEqual([2, 4]);
    expect(await update({ types: null })).toMatchObject({ status: 200, body: { types: null } });
  });
});

describe('An endpoint', () => {
  it('that answers 410 is disabled, and gets the event when it is enabled again', async () => {
    receiver.answer = (_, response) => response.writeHead(410).end();
    await api.createTicket();
    await eventually(async () => !(await read()).enabled);
    expect(await read()).toMatchObject({ enabled: false, disabled_reason: 'gone' });
    await api.createTicket();
    receiver.answer = (_, response) => response.end();
    expect((await update({ enabled: true })).body).toMatchObject({ enabled: true, disabled_reason: null });
    await receiver.has(3);
    expect(receiver.ids[1]).toBe(receiver.ids[0]);
    expect((await scrape(api)).get(`ticket_webhooks{state="enabled"}`)).toBe(1);
  });

  it('that is disabled gets what came meanwhile, in order', async () => {
    expect((await update({ enabled: false })).body).toMatchObject({
      enabled: false,
      disabled_reason: 'requested',
    });
    const { id } = (await api.createTicket()).body;
    for (let n = 0; n < 5; n++) await api.comment(id);
    expect(receiver.received).toEqual([]);
    await update({ enabled: true });
    await receiver.has(6);
    expect(receiver.received.map(({ event }) => event.data.version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('that is slow does not delay another one', async () => {
    const other = await WebhookReceiver.start();
    const { id } = await create({ url: other.url });
    receiver.answer = () => undefined;
    await times(30, () => api.createTicket());
    const begun = performance.now();
    await other.has(30, 5_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
    await send('DELETE', `/${id}`);
    await other.kill();
  });

  it('with another URL gets what the old one failed to take, at once', async () => {
    await update({ url: 'http://127.0.0.1:1/' });
    await api.createTicket();
    await eventually(async () => ((await latest())?.attempts.length ?? 0) === 9);
    expect((await latest())?.attempts[0]).toMatchObject({
      status: null,
      answer: null,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    await update({ url: receiver.url });
    await receiver.has(1, 5_000);
  });

  it('signs with the old secret too after a rotation', async () => {
    const rotated = (await send<WebhookWithSecretDto>('POST', `/${webhook.id}/secret`)).body;
    expect(rotated.secret).not.toBe(webhook.secret);
    await api.createTicket();
    const [request] = await receiver.has(1);
    if (!request) throw new Error('Nothing was received');
    for (const { secret } of [webhook, rotated]) expect(verify(secret, request)).toEqual(request.event);
    await sql(`UPDATE webhook SET previous_secret_until = now()`);
    await api.createTicket();
    const [, second] = await receiver.has(2);
    if (!second) throw new Error('Nothing was received');
    expect(() => verify(webhook.secret, second)).toThrow('signature');
  });

  it('receives a test', async () => {
    receiver.answer = (_, response) => response.writeHead(202).end('got it');
    const { status, body } = await send('POST', `/${webhook.id}/test`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: 202, answer: 'got it', error: null },
    });
    const [request] = receiver.received;
    if (!request) throw new Error('Nothing was received');
    expect(verify(webhook.secret, request)).toMatchObject({
      type: 'webhook.test',
      subject: String(webhook.id),
    });
  });

  it('is disabled without a success for twice the schedule', async () => {
    receiver.answer = (_, response) => response.writeHead(500).end();
    await api.createTicket();
    await eventually(async () => (await read()).failing_since !== null);
    await sql(`UPDATE webhook SET failing_since = now() - interval '62 seconds'`);
    await eventually(async () => !(await read()).enabled);
    expect(await read()).toMatchObject({ disabled_reason: 'failing' });
    await eventually(() => service.output.includes(`The webhook ${webhook.id} was disabled: failing`));
  });
});

describe('A replay', () => {
  it('sends a range again, in order, and then goes on', async () => {
    const { id } = (await api.createTicket()).body;
    for (let n = 0; n < 4; n++) await api.comment(id);
    await receiver.has(5);
    await eventually(async () => (await latest())?.state === 'delivered');
    const ids = [...receiver.ids];
    const { status } = await send('POST', `/${webhook.id}/replay`, { after: ids[0], until: ids[3] });
    expect(status).toBe(202);
    await api.comment(id);
    await receiver.has(9);
    expect(receiver.ids.slice(5, 8)).toEqual(ids.slice(1, 4));
    expect(receiver.received[8]?.event.data.version).toBe(6);
    // Without until, everything is sent again.
    await eventually(async () => (await latest())?.state === 'delivered');
    await send('POST', `/${webhook.id}/replay`, { after: ids[2] });
    await receiver.has(12);
    expect(receiver.received.slice(9).map(({ event }) => event.data.version)).toEqual([4, 5, 6]);
  });

  it('of an event that is being delivered sends it once more', async () => {
    const release: (() => void)[] = [];
    receiver.answer = (_, response) => release.push(() => response.end());
    const { next_cursor: before } = (await api.events('from=now')).body;
    await api.createTicket();
    await receiver.has(1);
    await send('POST', `/${webhook.id}/replay`, { after: before });
    await eventually(async () => (await sql(`SELECT 1 FROM webhook_delivery WHERE again`)).length === 1);
    receiver.answer = (_, response) => response.end();
    release[0]?.();
    await receiver.has(2);
    expect(new Set(receiver.ids).size).toBe(1);
  });

  it.each([
    ['an event that is not in the feed', 410, { after: '1-00000000' }],
    ['no event', 400, { after: 'yesterday' }],
    ['a number', 400, { after: 7 }],
    ['nothing', 400, {}],
  ])('after %s is rejected with %i', async (_, status, body) => {
    expect((await send('POST', `/${webhook.id}/replay`, body)).status).toBe(status);
  });
});

describe('The secret', () => {
  it('is in no other response, no log and no table in the clear', async () => {
    await api.createTicket();
    await receiver.has(1);
    const keyed = await api.send<WebhookWithSecretDto>('POST', '/webhook', {
      ...{ body: JSON.stringify({ url: receiver.url, description: 'Index' }) },
      headers: { 'content-type': 'application/json', 'idempotency-key': 'hook-1' },
    });
    const again = await api.send<WebhookWithSecretDto>('POST', '/webhook', {
      ...{ body: JSON.stringify({ url: receiver.url, description: 'Index' }) },
      headers: { 'content-type': 'application/json', 'idempotency-key': 'hook-1' },
    });
    expect(again.body).toEqual(keyed.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const shown = [
      await read(),
      (await send('GET', '')).body,
      (await update({ description: null })).body,
      await deliveries(),
    ];
    const tables = await sql<{ rows: string }>(`
      SELECT (SELECT json_agg(w)::text FROM webhook w) || (SELECT json_agg(d)::text FROM webhook_delivery d)
        || (SELECT json_agg(k)::text FROM idempotency_key k) AS rows`);
    const all = JSON.stringify([shown, tables]) + service.output;
    expect(all).toContain(keyed.body.url);
    for (const { secret } of [webhook, keyed.body])
      expect(all).not.toContain(secret.slice('whsec_'.length, 30));
    await send('DELETE', `/${keyed.body.id}`);
  });

  it('is sealed again at a start with another key, and a replica without the key sends nothing', async () => {
    const other = 'another key of the tests, long enough';
    const second = await Service.start({
      stores: service.stores,
      environment: { ...environment, SECRET_KEY: other, SECRET_KEY_PREVIOUS: secretKey },
    });
    await eventually(async () => (await sql(`SELECT 1 FROM webhook`)).length === 1);
    await api.createTicket();
    const [request] = await receiver.has(1);
    if (!request) throw new Error('Nothing was received');
    expect(verify(webhook.secret, request)).toEqual(request.event);
    await second.stop();
    const { id } = (await api.createTicket()).body;
    await eventually(() => service.output.includes('sealed with another SECRET_KEY'));
    expect(receiver.received).toHaveLength(1);
    expect(id).toBeGreaterThan(0);
  });
});

describe('An endpoint that needs old events', () => {
  it('keeps them for 30 days whatever EVENTS_RETENTION_DAYS says, and then expires', async () => {
    await update({ enabled: false });
    await api.createTicket();
    await eventually(async () => (await sql(`SELECT 1 FROM event WHERE number IS NULL`)).length === 0);
    const floor = async () =>
      Number((await sql<{ floor_number: string }>(`SELECT floor_number FROM feed_state`))[0]?.floor_number);
    const swept = async (days: number) => {
      await sql(`UPDATE event SET at = now() - make_interval(days => $1)`, [days]);
      const sweeper = await Service.start({
        stores: service.stores,
        environment: { EVENTS_RETENTION_DAYS: '7' },
      });
      await eventually(async () => (await floor()) > 0);
      await sweeper.stop();
      return floor();
    };
    const [place] = await sql<{ next_number: string }>(`SELECT next_number FROM webhook WHERE id = $1`, [
      webhook.id,
    ]);
    expect(await swept(8)).toBe(Number(place?.next_number) - 1);
    expect((await read()).disabled_reason).toBe('requested');
    await swept(31);
    const expirer = await Service.start({ stores: service.stores, environment });
    await eventually(async () => (await read()).disabled_reason === 'expired');
    await expirer.stop();
    await update({ enabled: true });
    await api.createTicket();
    await receiver.has(1);
    expect(receiver.received).toHaveLength(1);
  });
});
