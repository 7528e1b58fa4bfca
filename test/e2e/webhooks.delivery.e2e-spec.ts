import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { json, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { SharedWebhooks } from '../support/shared-webhooks.js';
import { verify } from '../support/webhook-receiver.js';
import type { WebhookDto } from '../../src/webhooks/webhook.dto.js';
import { freePort } from '../../src/database/free-port.js';

const hooks = new SharedWebhooks();

const { api } = hooks;
const create = (url: unknown) => api.send<WebhookDto>('POST', '/webhook', json(JSON.stringify({ url })));

describe('An event', () => {
  it('is sent as the feed shows it, signed so that standardwebhooks verifies it', async () => {
    const { id } = (await hooks.api.createTicket()).body;
    await hooks.api.updateStatus(id, 'answered');
    const received = await hooks.receiver.has(2);

    const { items } = (await hooks.api.events(`ticket_id=${id}`)).body;
    expect(received.map(({ event }) => event)).toEqual(items);
    for (const request of received) {
      expect(verify(hooks.webhook.secret, request)).toEqual(request.event);
      expect(request.headers).toMatchObject({
        'webhook-id': request.event.id,
        'content-type': 'application/json',
      });
      expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, request)).toThrow('signature');
    }
    await eventually(async () => (await hooks.latest())?.state === 'delivered');
    expect(await hooks.latest()).toEqual({
      event: items[1],
      state: 'delivered',
      next_attempt_at: null,
      attempts: [
        { at: expect.any(String), status: 204, duration_ms: expect.any(Number), answer: '', error: null },
      ],
    });
  });

  it('of an erasure, which has no ticket, is sent as the feed shows it too', async () => {
    await hooks.api.send('POST', '/erasure', json(JSON.stringify({ email: 'none@b.co', mode: 'redact' })));
    const [request] = await hooks.receiver.has(1);
    const { items } = (await hooks.api.events('type=requester.erased')).body;
    expect(request?.event).toEqual(items[0]);
    expect(request?.event.source).toBe('/erasure');
  });

  it('waits for the earlier ones of its ticket, while other tickets go on', async () => {
    const { id } = (await hooks.api.createTicket()).body;
    await hooks.receiver.has(1);
    let fails = true;
    hooks.receiver.answer = ({ event }, response) =>
      response.writeHead(fails && event.data.ticket_id === id ? 500 : 200).end('no');
    await hooks.api.updateStatus(id, 'answered');
    await hooks.api.comment(id);
    const other = (await hooks.api.createTicket()).body.id;
    await hooks.api.comment(other);
    await eventually(
      () => hooks.receiver.received.filter(({ event }) => event.data.ticket_id === other).length === 2,
    );
    await eventually(async () => ((await hooks.deliveries('state=pending'))[1]?.attempts.length ?? 0) > 1);
    expect((await hooks.deliveries('state=pending')).map(({ attempts }) => attempts.length > 0)).toEqual([
      false,
      true,
    ]);
    expect((await hooks.read()).last_success_at).not.toBeNull();
    fails = false;
    await eventually(async () => (await hooks.deliveries('state=pending')).length === 0);
    const versions = hooks.receiver.received.filter(({ event }) => event.data.ticket_id === id);
    expect([...new Set(versions.map(({ event }) => event.data.version))]).toEqual([1, 2, 3]);
    expect(versions.filter(({ event }) => event.data.version === 3)).toHaveLength(1);
  });

  it('is sent to at most ten at once', async () => {
    hooks.receiver.answer = (_, response) => setTimeout(() => response.end(), 100);
    await times(40, () => hooks.api.createTicket());
    const received = await hooks.receiver.has(40);
    expect(Math.max(...received.map(({ together }) => together))).toBe(10);
    expect(new Set(hooks.receiver.ids).size).toBe(40);
  });

  it('is sent again after an early close, a redirect and an answer that tells when', async () => {
    const answers = [
      (response: Parameters<typeof hooks.receiver.answer>[1]) => response.destroy(),
      (response: Parameters<typeof hooks.receiver.answer>[1]) =>
        response.writeHead(302, { Location: hooks.receiver.url }).end(),
      (response: Parameters<typeof hooks.receiver.answer>[1]) =>
        response.writeHead(429, { 'Retry-After': '2' }).end('x'.repeat(5_000)),
    ];
    hooks.receiver.answer = (_, response) => (answers.shift() ?? ((last) => last.end('thanks')))(response);
    await hooks.api.createTicket();
    const received = await hooks.receiver.has(4);
    expect(new Set(hooks.receiver.ids).size).toBe(1);
    expect((received[3]?.at ?? 0) - (received[2]?.at ?? 0)).toBeGreaterThan(1_900);
    await eventually(async () => (await hooks.latest())?.state === 'delivered');
    const attempts = (await hooks.latest())?.attempts ?? [];
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
    await hooks.update({ types: ['ticket.status_changed'] });
    const { id } = (await hooks.api.createTicket()).body;
    await hooks.api.updateStatus(id, 'answered');
    await hooks.api.comment(id);
    await hooks.api.updateStatus(id, 'closed');
    await hooks.receiver.has(2);
    expect(hooks.receiver.received.map(({ event }) => event.data.version)).toEqual([2, 4]);
    expect(await hooks.update({ types: null })).toMatchObject({ status: 200, body: { types: null } });
  });
});

describe('A replay', () => {
  it('sends a range again, in order, and then goes on', async () => {
    const { id } = (await hooks.api.createTicket()).body;
    for (let n = 0; n < 4; n++) await hooks.api.comment(id);
    await hooks.receiver.has(5);
    await eventually(async () => (await hooks.latest())?.state === 'delivered');
    const ids = [...hooks.receiver.ids];
    const { status } = await hooks.send('POST', `/${hooks.webhook.id}/replay`, {
      after: ids[0],
      until: ids[3],
    });
    expect(status).toBe(202);
    await hooks.api.comment(id);
    await hooks.receiver.has(9);
    expect(hooks.receiver.ids.slice(5, 8)).toEqual(ids.slice(1, 4));
    expect(hooks.receiver.received[8]?.event.data.version).toBe(6);
    // Without until, everything is sent again.
    await eventually(async () => (await hooks.latest())?.state === 'delivered');
    await hooks.send('POST', `/${hooks.webhook.id}/replay`, { after: ids[2] });
    await hooks.receiver.has(12);
    expect(hooks.receiver.received.slice(9).map(({ event }) => event.data.version)).toEqual([4, 5, 6]);
  });

  it('is requested once for an Idempotency-Key', async () => {
    await hooks.api.createTicket();
    await hooks.receiver.has(1);
    await eventually(async () => (await hooks.latest())?.state === 'delivered');
    const { next_cursor: after } = (await hooks.api.events('from=beginning&limit=1')).body;
    const init = json(JSON.stringify({ after }));
    const headers = { ...(init.headers as Record<string, string>), 'idempotency-key': 'of-a-replay' };
    const replay = () => hooks.api.send('POST', `/webhook/${hooks.webhook.id}/replay`, { ...init, headers });
    const first = await replay();
    const again = await replay();
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect([first, again].map((each) => each.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  });

  it('of an event that is being delivered sends it once more', async () => {
    const release: (() => void)[] = [];
    hooks.receiver.answer = (_, response) => release.push(() => response.end());
    const { next_cursor: before } = (await hooks.api.events('from=now')).body;
    await hooks.api.createTicket();
    await hooks.receiver.has(1);
    await hooks.send('POST', `/${hooks.webhook.id}/replay`, { after: before });
    await eventually(
      async () => (await hooks.sql(`SELECT 1 FROM webhook_delivery WHERE again`)).length === 1,
    );
    hooks.receiver.answer = (_, response) => response.end();
    release[0]?.();
    await hooks.receiver.has(2);
    expect(new Set(hooks.receiver.ids).size).toBe(1);
  });

  it.each([
    ['an event that is not in the feed', 410, { after: '1-00000000' }],
    ['no event', 400, { after: 'yesterday' }],
    ['a number', 400, { after: 7 }],
    ['nothing', 400, {}],
  ])('after %s is rejected with %i', async (_, status, body) => {
    expect((await hooks.send('POST', `/${hooks.webhook.id}/replay`, body)).status).toBe(status);
  });
});

describe('The receiver of docs/webhooks.md', () => {
  it('accepts what the secret signed, and nothing else', async () => {
    const [, text = ''] =
      /```js\n(\/\/ receive\.mjs\n[^]*?)```/.exec(readFileSync('docs/webhooks.md', 'utf8')) ?? [];
    // Inside the project, so that it finds the package.
    const folder = mkdtempSync(resolve('dist', 'receiver-'));
    writeFileSync(join(folder, 'receive.mjs'), text);
    const port = await freePort();
    const { id, secret } = await hooks.create({ url: `http://127.0.0.1:${port}/` });
    const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
    const receiver = spawn(process.execPath, [join(folder, 'receive.mjs')], { env });
    let output = '';
    receiver.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const test = async () => (await hooks.send<{ status: number | null }>('POST', `/${id}/test`)).body.status;
    await eventually(async () => (await test()) === 204);
    await api.createTicket();
    await eventually(() => /^\d+-[0-9a-f]{8}: ticket\.created$/m.test(output));
    await hooks.sql(
      `UPDATE webhook SET secret = (SELECT secret FROM webhook WHERE id = $1), previous_secret = NULL WHERE id = $2`,
      [hooks.webhook.id, id],
    );
    expect(await test()).toBe(400);
    await hooks.send('DELETE', `/${id}`);
    receiver.kill();
    await once(receiver, 'exit');
  });
});

describe('A body', () => {
  it.each([
    ['a form', new URLSearchParams({ url: 'https://example.com/' })],
    [
      'form-data',
      Object.entries({ url: 'https://example.com/' }).reduce(
        (form, [k, v]) => (form.set(k, v), form),
        new FormData(),
      ),
    ],
    ['text', 'url=https://example.com/'],
  ])('that is %s is rejected with 415', async (_, body) => {
    expect((await api.send('POST', '/webhook', { body })).status).toBe(415);
  });

  it.each([
    ['types', { types: [] }],
    ['types', { types: ['ticket.created', 'ticket.created'] }],
    ['types', { types: ['webhook.test'] }],
    ['types', { types: 'ticket.created' }],
    ['enabled', { enabled: 'yes' }],
    ['secret', { secret: 'whsec_x' }],
    ['description', { description: ' ' }],
  ])('with an invalid %s is rejected: %j', async (field, change) => {
    const { id } = (await create('https://example.com/')).body;
    const { status, problem } = await api.send('PATCH', `/webhook/${id}`, json(JSON.stringify(change)));
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    await api.send('DELETE', `/webhook/${id}`);
  });
});

describe('A webhook', () => {
  it('that does not exist is 404', async () => {
    const calls = [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/test'],
      ['GET', '/delivery'],
    ] as const;
    for (const [method, path] of calls)
      expect([method, path, (await api.send(method, `/webhook/999${path}`)).status]).toEqual([
        method,
        path,
        404,
      ]);
    const replay = json(JSON.stringify({ after: (await api.events('from=now')).body.next_cursor }));
    expect((await api.send('POST', '/webhook/999/replay', replay)).status).toBe(404);
  });

  it('is one of at most 100, which are listed in pages', async () => {
    let status = 201;
    while (status === 201) ({ status } = await create('https://example.com/'));
    expect(status).toBe(409);
    const page = (await api.send<{ items: WebhookDto[]; next_cursor: string }>('GET', '/webhook?limit=60'))
      .body;
    const rest = await api.send<{ items: WebhookDto[] }>(
      'GET',
      `/webhook?limit=60&cursor=${page.next_cursor}`,
    );
    expect(new Set([...page.items, ...rest.body.items].map(({ id }) => id)).size).toBe(100);
  });
});
