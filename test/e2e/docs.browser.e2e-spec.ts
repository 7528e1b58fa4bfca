import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { Api } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { browserLimitMs, launchBrowser } from '../support/browser.js';
import { Issuer } from '../support/issuer.js';
import { Portal } from '../support/portal.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

let service: ServiceWithStores;
/** A replica with authentication, for the page of docs/auth.md too. */
let secured: ServiceWithStores;
let issuer: Issuer;
let portal: Portal;
let browser: Browser;
/** /docs of the service without authentication; opened once, because it takes seconds to draw. */
let docs: Page;

beforeAll(async () => {
  [issuer, portal] = await Promise.all([Issuer.start(), Portal.start()]);
  service = await Service.start();
  const environment = { ...issuer.environment, CORS_ORIGINS: portal.origin, JWT_HS256: 'true' };
  secured = await Service.start({ stores: service.stores, environment });
  browser = await launchBrowser();
  docs = await openDocs(service.url);
}, 300_000);

afterAll(async () => {
  await browser.close();
  portal.stop();
  await Promise.all([service.stop(), secured.stop(), issuer.stop()]);
});

/** Returns a token of the team for the replica with authentication. */
const teamToken = () => token({ iss: issuer.url, aud: issuer.environment.JWT_AUDIENCE });

async function openDocs(base: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1300 } });
  page.setDefaultTimeout(browserLimitMs);
  await page.goto(`${base}/docs`);
  return page;
}

describe('Swagger UI', () => {
  it('creates a ticket from its example', async () => {
    const operation = docs.locator('.opblock-post').filter({ hasText: /Creates a ticket/ });
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const body = operation.locator('textarea.body-param__text');
    const fields = JSON.parse(await body.inputValue()) as object;
    expect(Object.keys(fields)).toEqual([
      ...['theme', 'text', 'email', 'external_id', 'assignee', 'priority', 'tags', 'metadata', 'due_at'],
      'follows',
    ]);
    await body.fill(JSON.stringify({ ...fields, theme: 'From the browser' }, null, 2));
    await operation.getByRole('button', { name: 'Execute' }).click();

    const response = operation.locator('.live-responses-table .response');
    await response.waitFor();
    expect(await response.locator('.response-col_status').innerText()).toContain('201');
    expect(await response.locator('.microlight').first().innerText()).toContain(
      '"theme": "From the browser"',
    );
    const api = new Api(service.url);
    expect((await api.ticket(1)).body).toMatchObject({ ...fields, theme: 'From the browser' });

    const screenshot = process.env['SCREENSHOT'];
    // The request and its response, without the list of possible responses.
    const { x = 0, y = 0, width = 1_000 } = (await operation.boundingBox()) ?? {};
    const clip = { x, y, width, height: 1_960 };
    if (screenshot) await docs.screenshot({ path: screenshot, fullPage: true, clip });
  });
});

describe('The Authorize button of Swagger UI', () => {
  it('sends the token with the next request', async () => {
    const page = await openDocs(secured.url);
    const operation = page.locator('.opblock-get').filter({ hasText: /Lists tickets/ });
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const execute = async () => {
      await operation.getByRole('button', { name: 'Execute' }).click();
      const status = operation.locator('.live-responses-table .response .response-col_status');
      await status.waitFor();
      return status.innerText();
    };
    expect(await execute()).toContain('401');

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(await teamToken());
    await page.locator('.auth-container').getByRole('button', { name: 'Apply' }).click();
    await page.locator('.auth-container').getByRole('button', { name: 'Close' }).click();
    await operation.getByRole('button', { name: 'Clear' }).click();
    expect(await execute()).toContain('200');
    await page.close();
  });
});

describe('An EventSource of a browser', () => {
  it('resumes after a restart of the service, even before its first event', async () => {
    const opened = docs.evaluate(() => {
      const source = new EventSource('/events?from=now');
      const seen: string[] = [];
      source.addEventListener('ticket.created', (event) => {
        const { data } = event as Event & { data: string };
        seen.push((JSON.parse(data) as { subject: string }).subject);
      });
      Object.assign(globalThis, { seen });
      return new Promise<void>((resolve) => {
        source.onopen = () => {
          resolve();
        };
      });
    });
    await opened;
    const { stores, url } = service;
    await service.stop();
    // Another replica creates a ticket meanwhile.
    const { id } = (await new Api(secured.url, await teamToken()).createTicket()).body;
    service = await Service.start({ stores, environment: { PORT: new URL(url).port } });
    await docs.waitForFunction(
      (ticket) => (globalThis as unknown as { seen: string[] }).seen.includes(ticket),
      String(id),
    );
  });
});

describe('The page of docs/auth.md', () => {
  it('logs in at an identity provider, and shows the tickets of its user as they change', async () => {
    await issuer.register(`${portal.origin}/`);
    portal.use({ 'https://id.example.com': issuer.url, 'https://desk.example.com': secured.url });
    const team = new Api(secured.url, await teamToken());
    const ofAda = { theme: 'Of Ada', text: 'Twice.', email: 'Ada@example.com' };
    await team.createTicket({ ...ofAda, theme: 'Of Bob', email: 'bob@example.com' });
    const { id } = (await team.createTicket(ofAda)).body;

    const page = await browser.newPage();
    page.setDefaultTimeout(browserLimitMs);
    await portal.logIn(page, 'ada');
    await page.getByText('Of Ada: opened').waitFor();
    await team.updateStatus(id, 'answered');
    await page.getByText('Of Ada: answered').waitFor();
    expect(await page.locator('#list').innerText()).not.toContain('Of Bob');
    await page.close();
  });
});

describe('An attachment', () => {
  it.each([
    [
      'page.html',
      'text/html',
      `<script>fetch('/ticket?q=run')</script><img src=x onerror="document.title = 'run'">`,
    ],
    [
      'image.svg',
      'image/svg+xml',
      `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = 'run'"><script>document.title = 'run'</script></svg>`,
    ],
  ])('is saved under its name, and runs no script: %s', async (name, content_type, markup) => {
    const api = new Api(service.url);
    const attachments = new Attachments(api, (await api.createTicket()).body.id);
    const { id } = await attachments.attach(markup, { name, content_type });
    const page = await browser.newPage();
    page.setDefaultTimeout(browserLimitMs);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`${service.url}/health/live`);
    const url = `${service.url}/ticket/${attachments.ticketId}/attachment/${id}/content`;
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.goto(url).catch(() => undefined),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    expect(await text(await download.createReadStream())).toBe(markup);

    // A page of the same origin that embeds the file, in the place of an attacker who can.
    const { url: file } = (await attachments.content(id)).body;
    await page.setContent(
      `<iframe src="${file}"></iframe><embed src="${file}"><object data="${file}"></object>`,
    );
    await page.waitForTimeout(500);
    expect(page.frames().map((frame) => new URL(frame.url(), service.url).pathname)).not.toContain('/ticket');
    expect(await Promise.all(page.frames().map((frame) => frame.title()))).not.toContain('run');
    expect(requests).not.toContain('/ticket');
    await page.close();
  });
});

describe('Swagger UI', () => {
  it('uploads the bytes of an attachment', async () => {
    const api = new Api(service.url);
    const attachments = new Attachments(api, (await api.createTicket()).body.id);
    const { body } = await attachments.create('from a file');
    const operation = docs.locator('.opblock-put').filter({ hasText: /Uploads the bytes/ });
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const { searchParams } = new URL(body.upload.url, service.url);
    const values: Record<string, string> = {
      ticket_id: String(attachments.ticketId),
      attachment_id: String(body.id),
      ...Object.fromEntries(searchParams),
    };
    for (const [name, value] of Object.entries(values))
      await operation.locator(`tr[data-param-name=${name}] input`).fill(value);
    const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('from a file') };
    await operation.locator('input[type=file]').setInputFiles(file);
    await operation.getByRole('button', { name: 'Execute' }).click();
    const status = operation.locator('.live-responses-table .response .response-col_status');
    await status.waitFor();
    expect(await status.innerText()).toContain('200');
    expect((await attachments.complete(body.id)).status).toBe(200);
  });
});
