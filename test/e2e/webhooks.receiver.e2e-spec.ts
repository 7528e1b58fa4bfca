import { readFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import type { WebhookDto } from '../../src/webhooks/webhook.dto.js';
import { json } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../../src/database/free-port.js';
import { SharedWebhooks } from '../support/shared-webhooks.js';

const hooks = new SharedWebhooks();
const { api } = hooks;
const create = (url: unknown) => api.send<WebhookDto>('POST', '/webhook', json(JSON.stringify({ url })));

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
