import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { scrape } from '../support/metrics.js';
import { memoryOf } from '../support/processes.js';
import { connect, createStores, servers, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

let stores: Stores;
let services: Service[];
let apis: Api[];
/** Counts what the first replica asks of PostgreSQL. */
let postgres: FaultProxy;
/** A stream that nothing happens on, from the beginning of these tests to their end. */
let quiet: { text: string };

beforeAll(async () => {
  stores = await createStores();
  postgres = await FaultProxy.to(servers().postgres.port);
  const throughGate = { POSTGRES_PORT: String(postgres.port) };
  services = [await Service.start({ stores, environment: throughGate }), await Service.start({ stores })];
  apis = services.map(({ url }) => new Api(url));
  quiet = textOf(await open(urls()[1] ?? '', 'from=now&ticket_id=999999'));
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await postgres.close();
});

const api = (turn = 0) => apis[turn % apis.length] ?? new Api('');
const urls = () => services.map(({ url }) => url);

/** Opens a stream and leaves it to the caller to read it, or not. */
function open(service: string, query: string, headers: Record<string, string> = {}, agent?: Agent) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = { headers: { accept: 'text/event-stream', ...headers }, ...(agent && { agent }) };
    get(`${service}/events?${query}`, options, resolve).on('error', reject);
  });
}

/** The text of a stream as it comes; without reading it any further than it has been asked for. */
function textOf(stream: IncomingMessage): { text: string } {
  const read = { text: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => (read.text += chunk));
  stream.on('error', () => undefined);
  return read;
}

describe('A stream of the feed', () => {
  it('tells its place, and then the events as they come', async () => {
    const stream = await open(urls()[0] ?? '', 'from=now');
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    const read = textOf(stream);
    await eventually(() => Promise.resolve(/^retry: 1000\nid: \d+-\d+\n\n$/.test(read.text)));

    const { id } = (await api().createTicket()).body;
    const event = /id: (\d+-\d+)\nevent: ticket\.created\ndata: (\{.+\})\n\n/;
    await eventually(() => Promise.resolve(event.test(read.text)));
    const [, cursor, data] = event.exec(read.text) ?? [];
    expect(JSON.parse(data ?? '')).toMatchObject({ id: cursor, type: 'ticket.created', subject: String(id) });
    stream.destroy();
  });

  it('can begin with what was long ago, and can be narrowed', async () => {
    const { id } = (await api().createTicket()).body;
    await times(3, () => api(1).comment(id));
    const follower = new Follower(urls(), `from=beginning&ticket_id=${id}&type=comment.added`);
    await follower.has(3);
    await api().updateStatus(id, 'answered');
    await api().comment(id);
    await follower.has(4);
    expect(follower.received.map(({ version }) => version)).toEqual([2, 3, 4, 6]);
    follower.close();
  });

  it.each([
    ['from=beginning', '0-0'],
    ['after=1-0', '1-0'],
  ])('tells the place where it begins: %s', async (query, place) => {
    const stream = await open(urls()[0] ?? '', query);
    const read = textOf(stream);
    await eventually(() => Promise.resolve(read.text.startsWith(`retry: 1000\nid: ${place}\n\n`)));
    stream.destroy();
  });

  it('refuses what a page refuses, before it begins', async () => {
    const malformed = await open(urls()[0] ?? '', '', { 'last-event-id': 'x' });
    expect(malformed.statusCode).toBe(400);
    const read = textOf(malformed);
    await eventually(() => Promise.resolve(read.text.includes('"field":"Last-Event-ID"')));
    expect((await open(urls()[0] ?? '', 'type=x')).statusCode).toBe(400);
  });
});

describe('A client', () => {
  it('that does not read is dropped, costs no memory, and can come back for all of it', async () => {
    const openStreams = async () => (await scrape(api())).get('ticket_feed_streams') ?? 0;
    const stream = await open(urls()[0] ?? '', 'from=now');
    const before = memoryOf(services[0]?.process.pid);
    const streams = await openStreams();
    await writeMuch(1_000_000);
    // A client may take nothing for ten seconds.
    await eventually(async () => (await openStreams()) < streams, 20_000);
    expect(memoryOf(services[0]?.process.pid) - before).toBeLessThan(60 * 1_000 * 1_024);

    // What the sockets still hold is all that comes, and then the connection is found cut.
    const read = textOf(stream);
    await new Promise((resolve) => stream.once('close', resolve));
    const { text } = read;
    const seen = new Set([...text.matchAll(/^id: (\S+)\nevent/gm)].map(([, id]) => id));
    expect(seen.size).toBeLessThan(40_000);
    const place = /^id: (\S+)$/m.exec(text)?.[1] ?? '';
    const again = new Follower(urls(), `after=${[...seen].at(-1) ?? place}&ticket_id=1000000`);
    await again.has(40_000 - seen.size, 30_000);
    again.close();
  }, 90_000);

  it('that does not read is not waited for at the end of the service', async () => {
    await writeMuch(1_000_001);
    const service = await Service.start({ stores });
    const stream = await open(service.url, 'from=beginning&ticket_id=1000001');
    stream.on('error', () => undefined);
    // Until all that lies between the two is full.
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

/** Some 20 MB of events: more than the sockets of both sides can hold. */
async function writeMuch(ticket: number): Promise<void> {
  const database = await connect(stores.database);
  await database.query(
    `INSERT INTO event (type, ticket_id, version, data)
     SELECT 'ticket.created', $1, n, json_build_object('theme', repeat('x', 255))
     FROM generate_series(1, 40000) AS n`,
    [ticket],
  );
  await database.end();
}

describe('A thousand streams of one process', () => {
  it('ask no more of the database than one, and all are sent every event', async () => {
    const agent = new Agent({ maxSockets: Infinity });
    const isAskedAgain = async (times: number) => {
      const before = postgres.sent;
      await eventually(() => Promise.resolve(postgres.sent >= before + times));
    };
    const first = await open(urls()[0] ?? '', 'from=now', {}, agent);
    await isAskedAgain(3);
    const others = await times(999, () => open(urls()[0] ?? '', 'from=now', {}, agent));
    const streams = [first, ...others];
    expect(streams.map(({ statusCode }) => statusCode)).toEqual(streams.map(() => 200));
    const begin = performance.now();
    await isAskedAgain(20);
    // One stream asks ten times a second.
    expect(performance.now() - begin).toBeGreaterThan(1_600);

    const texts = streams.map(textOf);
    const { id } = (await api(1).createTicket()).body;
    const isSent = ({ text }: { text: string }) => text.includes(`"subject":"${id}"`);
    await eventually(() => Promise.resolve(texts.every(isSent)));
    for (const stream of streams) stream.destroy();
    agent.destroy();
  });
});

describe('A stream that has nothing to tell', () => {
  it('says every 15 seconds that it is still there, and where', async () => {
    await eventually(() => Promise.resolve(/\n: heartbeat\nid: \d+-\d+\n\n/.test(quiet.text)), 16_000);
  });
});
