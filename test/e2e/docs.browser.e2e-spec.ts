import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

import { Api } from '../support/api.js';
import { Service, type ServiceOnStores } from '../support/service.js';
import { token } from '../support/tokens.js';

/** Debian's Chromium; CHROMIUM names another one. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let service: ServiceOnStores;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(executablePath)) install();
  service = await Service.start();
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath, args });
}, 180_000);

afterAll(async () => {
  await browser.close();
  await service.stop();
});

function install(): void {
  const apt = (...options: string[]) => spawnSync('apt-get', options, { stdio: 'ignore' }).status === 0;
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', 'chromium')) {
    throw new Error('The tests need a Chromium: install it, or name it in CHROMIUM');
  }
}

describe('Swagger UI', () => {
  it('creates a ticket from its form', async () => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1300 } });
    await page.goto(`${service.url}/docs`);
    const call = page.locator('.opblock-post').filter({ hasText: /Creates a ticket/ });
    await call.locator('.opblock-summary').click();
    await call.getByRole('button', { name: 'Try it out' }).click();
    await call.locator('tr[data-property-name=theme] input').fill('From the browser');
    await call.getByRole('button', { name: 'Execute' }).click();

    const answer = call.locator('.live-responses-table .response');
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').innerText()).toContain('201');
    expect(await answer.locator('.microlight').first().innerText()).toContain('"theme": "From the browser"');
    const api = new Api(service.url);
    expect((await api.ticket(1)).body).toMatchObject({ theme: 'From the browser', email: 'ada@example.com' });

    const screenshot = process.env['SCREENSHOT'];
    // The call and its answer, without the long list of what it could have answered.
    const { x = 0, y = 0, width = 1_000 } = (await call.boundingBox()) ?? {};
    const clip = { x, y, width, height: 1_480 };
    if (screenshot) await page.screenshot({ path: screenshot, fullPage: true, clip });
  }, 60_000);
});

describe('Authorize of Swagger UI', () => {
  it('lets a call in that is refused without it', async () => {
    const environment = { AUTH_REQUIRED: 'true' };
    const secured = await Service.start({ stores: service.stores, environment });
    const page = await browser.newPage();
    await page.goto(`${secured.url}/docs`);
    const call = page.locator('.opblock-get').filter({ hasText: /Lists tickets/ });
    await call.locator('.opblock-summary').click();
    await call.getByRole('button', { name: 'Try it out' }).click();
    const execute = async () => {
      await call.getByRole('button', { name: 'Execute' }).click();
      const status = call.locator('.live-responses-table .response .response-col_status');
      await status.waitFor();
      return status.innerText();
    };
    expect(await execute()).toContain('401');

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(await token());
    await page.locator('.auth-container').getByRole('button', { name: 'Apply' }).click();
    await page.locator('.auth-container').getByRole('button', { name: 'Close' }).click();
    await call.getByRole('button', { name: 'Clear' }).click();
    expect(await execute()).toContain('200');
    await secured.stop();
  }, 60_000);
});

describe('An EventSource of the browser', () => {
  it('comes back to its place after a restart, also where it has seen no event yet', async () => {
    const page = await browser.newPage();
    await page.goto(`${service.url}/docs`);
    const opened = page.evaluate(() => {
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
    // Another replica goes on meanwhile.
    const other = await Service.start({ stores });
    const { id } = (await new Api(other.url).createTicket()).body;
    service = await Service.start({ stores, environment: { PORT: new URL(url).port } });
    await page.waitForFunction(
      (ticket) => (globalThis as unknown as { seen: string[] }).seen.includes(ticket),
      String(id),
    );
    await other.stop();
  }, 60_000);
});
