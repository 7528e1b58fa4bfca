import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';

import { freePort } from '../../src/database/free-port.js';
import { Api, json, times, type Ticket } from '../support/api.js';
import { browserLimitMs, launchBrowser } from '../support/browser.js';
import { Nginx } from '../support/nginx.js';
import { Service } from '../support/service.js';
import { token } from '../support/tokens.js';

let service: Service;
let nginx: Nginx;
let browser: Browser;
let url: string;
let bearer: string;
let api: Api;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api`;
  const environment = { AUTH_REQUIRED: 'true', PUBLIC_URL: url };
  [service, browser] = await Promise.all([Service.start({ environment }), launchBrowser()]);
  nginx = await Nginx.start(port, service.url);
  bearer = await token();
  api = new Api(url, bearer);
}, 300_000);

afterAll(async () => {
  await browser.close();
  await nginx.stop();
  await service.stop();
});

describe('Behind an nginx that compresses', () => {
  it('the ETag of a compressed ticket is good for If-Match and If-None-Match', async () => {
    const { id } = (await api.createTicket()).body;
    const read = await api.ticket(id);
    const etag = read.headers.get('etag') ?? '';
    expect([read.headers.get('content-encoding'), etag]).toEqual(['gzip', 'W/"1"']);
    expect((await api.ticket(id, { 'if-none-match': etag })).status).toBe(304);

    const { body } = json('{"status":"answered"}');
    const headers = { 'content-type': 'application/json', 'if-match': etag };
    const put = () => api.send<Ticket>('PUT', `/ticket/${id}`, { body: body ?? '', headers });
    expect((await put()).status).toBe(200);
    expect((await put()).status).toBe(412);
  });
});

describe('Behind an nginx with a cache', () => {
  const cachedUrl = () => url.replace(/api$/, 'cached');
  const cached = () => new Api(cachedUrl(), bearer);

  it('nothing that was read with a token is given to a client without one', async () => {
    const { id } = (await api.createTicket()).body;
    const stranger = new Api(cachedUrl());
    for (const path of [`/ticket/${id}`, '/ticket', `/ticket/${id}/history`, '/events', '/ticket/999999']) {
      const read = await times(3, () => cached().send('GET', path));
      expect(read.map(({ headers }) => headers.get('x-proxy-cache'))).not.toContain('HIT');
      expect([path, (await stranger.send('GET', path)).status]).toEqual([path, 401]);
    }
  });

  it('a read after a write shows the write', async () => {
    const { id } = (await api.createTicket()).body;
    await cached().ticket(id);
    await api.updateStatus(id, 'answered');
    expect((await cached().ticket(id)).body.status).toBe('answered');
  });
});

describe('Behind an nginx with a path prefix', () => {
  it('Location, Link and comments_next lead back through it', async () => {
    const created = await api.createTicket();
    const { id } = created.body;
    expect(created.headers.get('location')).toBe(`${url}/ticket/${id}`);
    const list = await api.send('GET', '/ticket?limit=1');
    const [, next = ''] = /^<(.+)>; rel="next"$/.exec(list.headers.get('link') ?? '') ?? [];
    const headers = { authorization: `Bearer ${bearer}` };
    for (const address of [created.headers.get('location') ?? '', next])
      expect((await fetch(address, { headers })).status).toBe(200);
  });

  it('"Try it out" of Swagger UI calls the service through it', async () => {
    const page = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${bearer}` } });
    page.setDefaultTimeout(browserLimitMs);
    await page.goto(`${url}/docs`);
    const operation = page.locator('.opblock-post').filter({ hasText: /Creates a ticket/ });
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const fields = { theme: 'Through nginx', text: 'x', email: 'ada@example.com' };
    await operation.locator('textarea.body-param__text').fill(JSON.stringify(fields));
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'POST'),
      operation.getByRole('button', { name: 'Execute' }).click(),
    ]);
    expect([response.url(), response.status()]).toEqual([`${url}/ticket`, 201]);
    await page.close();
  });
});
