import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from 'playwright-core';

/** The page of docs/auth.md, on an origin of its own. */
export class Portal {
  private html = '';

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Portal> {
    const server = createServer();
    const portal = new Portal(server);
    server.on('request', (_, response) => response.setHeader('Content-Type', 'text/html').end(portal.html));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return portal;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Reads the page from the documentation, with other addresses. */
  use(addresses: Record<string, string>): void {
    const [, html = ''] = /```html\n([^]*?)```/.exec(readFileSync('docs/auth.md', 'utf8')) ?? [];
    this.html = html;
    for (const [documented, address] of Object.entries(addresses)) {
      if (!html.includes(documented)) throw new Error(`docs/auth.md has no ${documented}`);
      this.html = this.html.replaceAll(documented, address);
    }
  }

  /** Opens the page, and logs in at the provider. */
  async logIn(page: Page, user: string): Promise<void> {
    await page.goto(this.origin);
    await page.locator('input[name=login]').fill(user);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
