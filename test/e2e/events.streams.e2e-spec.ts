import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { writeManyEvents } from '../support/many-events.js';
import { createStores, servers, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

let stores: Stores;
let services: Service[];
let apis: Api[];
/** The connection of the first replica to PostgreSQL, which counts its statements. */
let postgres: FaultProxy;
/** A stream without events, open during all tests of this file. */
let idle: { text: string };

beforeAll(async () => {
  stores = await createStores();
  postgres = await FaultProxy.to(servers().postgres.port);
  const throughProxy = { POSTGRES_PORT: String(postgres.port) };
  services = [await Service.start({ stores, environment: throughProxy }), await Service.start({ stores })];
  apis = services.map(({ url }) => new Api(url));
  idle = textOf(await open(urls()[1] ?? '', 'from=now&ticket_id=999999'));
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await postgres.close();
});

/** Client of the replica with this number, the first by default. */
const replica = (n = 0) => apis[n] ?? new Api('');
const urls = () => services.map(({ url }) => url);

/** Opens a stream without reading it. */
function open(service: string, query: string, headers: Record<string, string> = {}, agent?: Agent) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = { headers: { accept: 'text/event-stream', ...headers }, ...(agent && { agent }) };
    get(`${service}/events?${query}`, options, resolve).on('error', reject);
  });
}

/** Starts reading a stream; `text` grows with the data. */
function textOf(stream: IncomingMessage): { text: string } {
  const read = { text: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => (read.text += chunk));
  stream.on('error', () => undefined);
  return read;
}

describe('An event stream', () => {
  it('begins with its cursor, and then sends events as they happen', async () => {
    const stream = await open(urls()[0] ?? '', 'from=now');
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'private, no-cache',
    });
    const read = textOf(stream);
    await eventually(() => /^retry: 1000\nid: \d+-\w+\n\n$/.test(read.text));

    const { id } = (await replica().createTicket()).body;
    const event = /id: (\d+-\w+)\nevent: ticket\.created\ndata: (\{.+\})\n\n/;
    await eventually(() => event.test(read.text));
    const [, cursor, data] = event.exec(read.text) ?? [];
    expect(JSON.parse(data ?? '')).toMatchObject({ id: cursor, type: 'ticket.created', subject: String(id) });
    stream.destroy();
  });

  it('sends earlier events first, and filters', async () => {
    const { id } = (await replica().createTicket()).body;
    await times(3, () => replica(1).comment(id));
    const follower = new Follower(urls(), `from=beginning&ticket_id=${id}&type=comment.added`);
    await follower.has(3);
    await replica().updateStatus(id, 'answered');
    await replica().comment(id);
    await follower.has(4);
    expect(follower.received.map(({ version }) => version)).toEqual([2, 3, 4, 6]);
    follower.close();
  });

  it.each(['from=beginning', 'after='])('begins with the cursor of its start: %s', async (start) => {
    const { id } = (await replica().events('limit=1')).body.items[0] ?? { id: '' };
    const query = start === 'after=' ? start + id : start;
    const cursor = start === 'after=' ? id : '0-\\w+';
    const stream = await open(urls()[0] ?? '', query);
    const read = textOf(stream);
    const beginning = new RegExp(`^retry: 1000\nid: ${cursor}\n\n`);
    await eventually(() => beginning.test(read.text));
    stream.destroy();
  });

  it('returns 410 to a client that reconnects with an event of another database', async () => {
    const stream = await open(urls()[0] ?? '', '', { 'last-event-id': '1-00000000' });
    expect(stream.statusCode).toBe(410);
    const read = textOf(stream);
    await eventually(() => read.text.includes('feed-restarted'));
  });

  it('rejects invalid parameters with a problem before it begins', async () => {
    const malformed = await open(urls()[0] ?? '', '', { 'last-event-id': 'x' });
    expect(malformed.statusCode).toBe(400);
    const read = textOf(malformed);
    await eventually(() => read.text.includes('"field":"Last-Event-ID"'));
    expect((await open(urls()[0] ?? '', 'type=x')).statusCode).toBe(400);
  });
});

describe('A thousand streams of one process', () => {
  it('cause as many statements as one, and all receive every event', async () => {
    const agent = new Agent({ maxSockets: Infinity });
    const statements = async (count: number) => {
      const before = postgres.sent;
      await eventually(() => postgres.sent >= before + count);
    };
    const first = await open(urls()[0] ?? '', 'from=now', {}, agent);
    await statements(3);
    const others = await times(999, () => open(urls()[0] ?? '', 'from=now', {}, agent));
    const streams = [first, ...others];
    expect(streams.map(({ statusCode }) => statusCode)).toEqual(streams.map(() => 200));
    const begin = performance.now();
    await statements(40);
    // One stream causes ten statements a second, the numbering of events and the polls of the cache's state ten more each.
    expect(performance.now() - begin).toBeGreaterThan(1_100);

    const texts = streams.map(textOf);
    const { id } = (await replica(1).createTicket()).body;
    const hasEvent = ({ text }: { text: string }) => text.includes(`"subject":"${id}"`);
    await eventually(() => texts.every(hasEvent));
    for (const stream of streams) stream.destroy();
    agent.destroy();
  });
});

describe('A stream without events', () => {
  it('sends a heartbeat with its cursor every 15 seconds', async () => {
    await eventually(() => /\n: heartbeat\nid: \d+-\w+\n\n/.test(idle.text), 16_000);
  });
});

// The last test, because it stops the first replica.
describe('A client that does not read its stream', () => {
  it('does not delay the shutdown of the service', async () => {
    await writeManyEvents(stores, 1_000_001);
    const [service] = services as [Service];
    const stream = await open(service.url, 'from=beginning&ticket_id=1000001');
    stream.on('error', () => undefined);
    // Wait until all buffers between the two are full.
    await eventually(async () => {
      const { bytesRead } = stream.socket;
      await sleep(100);
      return stream.readableLength >= stream.readableHighWaterMark && bytesRead === stream.socket.bytesRead;
    });
    const begin = Date.now();
    expect(await service.stop()).toBe(0);
    expect(Date.now() - begin).toBeLessThan(5_000);
  });
});
