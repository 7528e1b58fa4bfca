import { resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { WebhookAttemptDto, WebhookDto } from '../../src/webhooks/webhook.dto.js';
import { Api, json } from '../support/api.js';
import { NameServer } from '../support/name-server.js';
import { Service } from '../support/service.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

let names: NameServer;
let service: Service;
let api: Api;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  names = await NameServer.start({
    'allowed.test': [['127.0.0.1']],
    'named.test': [['127.0.0.1']],
    'private.test': [['10.0.0.1']],
    'metadata.test': [['169.254.169.254']],
    'mixed.test': [['127.0.0.1', '127.0.0.2']],
    'mapped.test': [['::ffff:127.0.0.2']],
    'nat64.test': [['64:ff9b::7f00:1']],
    'rebinding.test': [['127.0.0.1'], ['127.0.0.2']],
  });
  service = await Service.start({
    environment: {
      WEBHOOK_HOSTS: `127.0.0.1/32,named.test,10.0.0.9,hooks.internal:8443,[fd00::9]`,
      NODE_OPTIONS: `--import ${resolve('test/support/lookup-at-name-server.js')}`,
      NAME_SERVER: names.address,
    },
  });
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
  await receiver.kill();
  names.stop();
});

const create = (url: unknown) => api.send<WebhookDto>('POST', '/webhook', json(JSON.stringify({ url })));

/** Sends a test to a URL; returns what became of it. */
async function attempt(url: string) {
  const { id } = (await create(url)).body;
  return (await api.send<WebhookAttemptDto>('POST', `/webhook/${id}/test`)).body;
}

describe('A URL', () => {
  it.each([
    ...[
      'https://127.0.0.2/',
      'https://2130706434/',
      'https://0x7f000002/',
      'https://0177.0.0.2/',
      'https://127.2/',
    ],
    ...[
      'https://10.0.0.1/',
      'https://172.16.0.1/',
      'https://192.168.0.1/',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
    ],
    ...[
      'https://169.254.169.254/latest',
      'https://224.0.0.1/',
      'https://255.255.255.255/',
      'https://198.18.0.1/',
    ],
    ...[
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.2]/',
      'https://[::127.0.0.2]/',
      'https://[fd00::1]/',
    ],
    ...[
      'https://[fe80::1]/',
      'https://[fec0::1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[64:ff9b:1::a00:1]/',
    ],
    ...[
      'https://[2002:7f00:1::]/',
      'https://[2001::1]/',
      'https://[2001:db8::1]/',
      'https://[100::1]/',
      'https://[ff02::1]/',
    ],
    ...[
      'http://93.184.216.34/',
      'http://10.0.0.1/',
      'ftp://127.0.0.1/',
      'file:///etc/passwd',
      'https://a:b@example.com/',
    ],
    ...[
      'https://example.com/#top',
      'hooks',
      '',
      7,
      null,
      ['https://example.com/'],
      `https://example.com/${'x'.repeat(2_048)}`,
    ],
  ])('is rejected: %s', async (url) => {
    const { status, problem } = await create(url);
    expect([status, problem.errors?.map(({ field }) => field)]).toEqual([400, ['url']]);
  });

  it.each([
    ...['https://93.184.216.34/', 'https://[2606:4700::1111]/', 'https://example.com:8443/hooks?team=7'],
    ...['http://127.0.0.1:9/', 'http://2130706433:9/', 'http://[::ffff:127.0.0.1]:9/', 'http://named.test/'],
    ...[
      'http://10.0.0.9/',
      'https://hooks.internal:8443/',
      'http://hooks.internal:8443/',
      'http://[fd00::9]:9/',
    ],
  ])('is accepted: %s', async (url) => {
    const { status, body } = await create(url);
    expect(status).toBe(201);
    // PATCH has the same rule.
    const path = `/webhook/${body.id}`;
    expect((await api.send('PATCH', path, json('{"url":"https://10.0.0.1/"}'))).status).toBe(400);
    expect((await api.send('DELETE', path)).status).toBe(204);
  });
});

describe('A name', () => {
  it.each(['allowed.test', 'named.test'])(
    'that resolves to an allowed address is called: %s',
    async (name) => {
      expect(await attempt(`http://${name}:${receiver.port}/`)).toMatchObject({ status: 204, error: null });
    },
  );

  it.each(['private.test', 'metadata.test', 'mixed.test', 'mapped.test', 'nat64.test'])(
    'that resolves to a refused address is not called: %s',
    async (name) => {
      const refused = { status: null, error: expect.stringContaining('private or special address') };
      for (const scheme of ['http', 'https'])
        expect(await attempt(`${scheme}://${name}:${receiver.port}/`)).toMatchObject(refused);
    },
  );

  it('is resolved once: the address that was checked is the one that is called', async () => {
    const other = await WebhookReceiver.start(receiver.port, '127.0.0.2');
    const before = receiver.received.length;
    expect(await attempt(`http://rebinding.test:${receiver.port}/`)).toMatchObject({ status: 204 });
    expect(receiver.received).toHaveLength(before + 1);
    expect(names.queries.filter((name) => name === 'rebinding.test')).toHaveLength(1);
    // The next request is a connection of its own only if the first one is gone; it is refused then.
    receiver.closeConnections();
    expect(await attempt(`http://rebinding.test:${receiver.port}/`)).toMatchObject({ status: null });
    expect(other.received).toEqual([]);
    await other.kill();
  });

  it('that does not exist fails', async () => {
    expect(await attempt('https://nowhere.invalid/')).toMatchObject({ status: null, answer: null });
  });
});
