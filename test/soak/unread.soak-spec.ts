import { get, type IncomingMessage } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, scrape } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { manyEvents, writeManyEvents } from '../support/many-events.js';
import { memoryOf } from '../support/processes.js';
import { createStores, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';
import { checkUnreadPages } from '../support/unread-pages.js';

/** Five minutes: `npm run test:soak -- unread`. src/events/event-stream.spec.ts and test/e2e/requests.slow-clients.e2e-spec.ts have the short forms. */
let stores: Stores;
let service: Service;

beforeAll(async () => {
  stores = await createStores();
  service = await Service.start({ stores });
});

afterAll(() => service.stop());

const openStreams = async () => (await scrape(new Api(service.url))).get('ticket_feed_streams') ?? 0;

function open(): Promise<IncomingMessage> {
  const headers = { accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    get(`${service.url}/events?from=now`, { headers }, resolve).on('error', reject);
  });
}

describe('A client that does not read its stream', () => {
  it('is disconnected after a minute, uses little memory, and can resume without loss', async () => {
    const stream = await open();
    const before = memoryOf(service.process.pid);
    await writeManyEvents(stores, 1_000_000);
    const begin = Date.now();
    await eventually(async () => (await openStreams()) === 0, 90_000);
    expect(Date.now() - begin).toBeGreaterThan(55_000);
    expect(memoryOf(service.process.pid) - before).toBeLessThan(60 * 1_000 * 1_024);

    // The client receives the data of the socket buffers, and then the end of the connection.
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    stream.on('error', () => undefined);
    await new Promise((resolve) => stream.once('close', resolve));
    const seen = new Set([...text.matchAll(/^id: (\S+)\nevent/gm)].map(([, id]) => id));
    expect(seen.size).toBeLessThan(manyEvents);
    const position = /^id: (\S+)$/m.exec(text)?.[1] ?? '';
    const resumed = new Follower([service.url], `after=${[...seen].at(-1) ?? position}&ticket_id=1000000`);
    await resumed.has(manyEvents - seen.size, 30_000);
    resumed.close();
  }, 180_000);
});

describe('A client that reads 40 kB a second', () => {
  it('keeps its stream for more than a minute', async () => {
    const stream = await open();
    stream.on('error', () => undefined);
    const read = setInterval(() => stream.read(Math.min(4_000, stream.readableLength)) as unknown, 100);
    await writeManyEvents(stores, 1_000_001);
    const end = Date.now() + 100_000;
    while (Date.now() < end) {
      expect(await openStreams()).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    clearInterval(read);
    stream.destroy();
  }, 180_000);
});

describe('Two hundred clients that do not read the largest pages', () => {
  it('cost little memory and are disconnected within 35 s', () => checkUnreadPages(200), 180_000);
});
