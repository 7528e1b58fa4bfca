/*
 * Proves that the feed is complete and in order: every reader receives the events 1, 2, 3, … without a gap, and the events of
 * a ticket in the order of its versions, even if transactions commit in another order than they wrote their events, replicas
 * are killed, and other transactions of the server stay open.
 */

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Api, aComment, aTicket, times } from '../api.js';
import { connect, createStores, type Stores } from '../servers.js';
import { Service } from '../service.js';
import { waitForNumbers } from '../transactions.js';

/** An event, from the feed or from the table. */
interface FeedEvent {
  number: number;
  ticket: number;
  version: number;
}

/** All events of the table, those that each reader received, and the replicas that were killed. */
interface FeedRun {
  written: FeedEvent[];
  readers: FeedEvent[][];
  kills: number;
}

/** Delays one transaction in ten between its event and its commit by up to 30 ms, and a few by 0.7 s. */
const delayCommits = `
  CREATE FUNCTION delay_commit() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF random() < 0.1 THEN PERFORM pg_sleep(random() * 0.03); END IF;
    IF random() < 0.0005 THEN PERFORM pg_sleep(0.7); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER delay_commit AFTER INSERT ON event
  FOR EACH ROW EXECUTE FUNCTION delay_commit();`;

/**
 * Lets writers write to shared tickets through three replicas while readers poll the feed as fast as they can. One replica after
 * the other is killed. Another database of the server has a transaction open and one prepared until the run has ended.
 */
export async function followFeed(size: {
  writers: number;
  readers: number;
  events: number;
}): Promise<FeedRun> {
  const stores = await createStores();
  const replicas = await Replicas.start(stores, 3);
  const database = await connect(stores.database);
  await database.query(delayCommits);
  const ids = await times(24, async () => (await new Api(replicas.url(0)).createTicket()).body.id);

  const agent = new Agent({ keepAlive: true });
  let [written, isWritten, isComplete] = [ids.length, false, false];
  const write = async (writer: number) => {
    for (let turn = writer; written < size.events; turn++) {
      const call = nextWrite(replicas.url(turn), ids[(turn * 7) % ids.length] ?? 0, turn);
      const status = await send(agent, ...call).catch(() => sleep(10));
      if (status === 201 || status === 200) written++;
    }
  };
  const reading = times(size.readers, (n) => readToEnd(agent, replicas, n, () => isComplete));
  const release = await holdTransactionsElsewhere();
  const openTransactions = holdTransactionsOpen(stores.database, () => isWritten);
  const killing = replicas.killInTurn(() => isWritten);
  try {
    await times(size.writers, write);
  } finally {
    isWritten = true;
    await Promise.all([openTransactions, killing]);
    await waitForNumbers(stores.database);
    isComplete = true;
  }
  const readers = await reading;
  await release();

  const { rows } = await database.query<FeedEvent>(
    'SELECT number::integer, ticket_id::integer AS ticket, version FROM event ORDER BY number',
  );
  agent.destroy();
  await database.end();
  await replicas.stop();
  return { written: rows, readers, kills: replicas.kills };
}

/** Replicas of a service, each of which keeps its port. */
class Replicas {
  kills = 0;

  private constructor(
    private readonly stores: Stores,
    private readonly services: Service[],
    private readonly urls: string[],
  ) {}

  static async start(stores: Stores, count: number): Promise<Replicas> {
    const services = await times(count, () => Service.start({ stores }));
    return new Replicas(
      stores,
      services,
      services.map(({ url }) => url),
    );
  }

  /** URL of the replica whose turn it is. */
  url(turn: number): string {
    return this.urls[turn % this.urls.length] ?? '';
  }

  /** Kills a replica every second, one after the other, or later if only one of the others has started again. */
  async killInTurn(isOver: () => boolean): Promise<void> {
    const restarts: Promise<void>[] = this.services.map(() => Promise.resolve());
    for (let turn = 0; !isOver(); turn++) {
      await sleep(1_000);
      const n = turn % this.services.length;
      // The one before may still start.
      await Promise.all(restarts.filter((_, other) => other !== (turn - 1) % restarts.length));
      await this.services[n]?.stop('SIGKILL');
      this.kills++;
      restarts[n] = this.restart(n);
    }
    await Promise.all(restarts);
  }

  private async restart(n: number): Promise<void> {
    const environment = { PORT: new URL(this.url(n)).port };
    this.services[n] = await Service.start({ stores: this.stores, environment });
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }
}

/** Polls the replicas in rotation; ends with the first empty page that was requested after the feed was complete. */
async function readToEnd(agent: Agent, replicas: Replicas, reader: number, isComplete: () => boolean) {
  const seen: FeedEvent[] = [];
  for (let [position, turn] = ['from=beginning', reader]; ; turn++) {
    const isLast = isComplete();
    const page = await get(agent, `${replicas.url(turn)}/events?limit=1000&${position}`);
    // The replica was killed, or the database is busy.
    if (!page) continue;
    for (const { id, data } of page.items)
      seen.push({ number: Number(id.split('-')[0]), ticket: data.ticket_id, version: data.version });
    position = `after=${page.next_cursor}`;
    if (isLast && page.items.length === 0) return seen;
  }
}

/**
 * Counts the events that a reader missed, received twice, received before an earlier one of their ticket, or received with a
 * number other than the next one.
 */
export function checkReader(seen: FeedEvent[], written: FeedEvent[]) {
  const numbers = new Set(seen.map(({ number }) => number));
  const versions = new Map<number, number>();
  let [outOfOrder, gaps] = [0, 0];
  for (const [index, { number, ticket, version }] of seen.entries()) {
    if (number !== index + 1) gaps++;
    if (version !== (versions.get(ticket) ?? 0) + 1) outOfOrder++;
    versions.set(ticket, version);
  }
  const missed = written.filter(({ number }) => !numbers.has(number)).length;
  return { missed, duplicates: seen.length - numbers.size, outOfOrder, gaps };
}

type Request = [method: string, url: string, body: Record<string, string>, headers: Record<string, string>];

/** Mostly comments; some with an Idempotency-Key, whose transactions begin long before they write the event. */
function nextWrite(service: string, ticket: number, turn: number): Request {
  if (turn % 20 === 0) return ['POST', `${service}/ticket`, aTicket, {}];
  const headers: Record<string, string> =
    turn % 4 === 0 ? { 'Idempotency-Key': `${turn}-${Math.random()}` } : {};
  return ['POST', `${service}/ticket/${ticket}/comment`, aComment, headers];
}

/** Holds a transaction open and another one prepared in another database of the server; returns the function that ends them. */
async function holdTransactionsElsewhere(): Promise<() => Promise<void>> {
  const other = (await createStores()).database;
  const clients = await times(2, () => connect(other));
  for (const client of clients) {
    await client.query('BEGIN');
    await client.query('SELECT pg_current_xact_id()');
  }
  const [open, prepared] = clients;
  await prepared?.query(`PREPARE TRANSACTION '${other}'`);
  return async () => {
    await open?.query('ROLLBACK');
    await prepared?.query(`ROLLBACK PREPARED '${other}'`);
    await Promise.all(clients.map((client) => client.end()));
  };
}

/** Holds transactions of half a second open, one after the other. */
async function holdTransactionsOpen(name: string, isOver: () => boolean): Promise<void> {
  const database = await connect(name);
  while (!isOver()) {
    await database.query('BEGIN');
    await database.query('SELECT pg_current_xact_id()');
    await sleep(500);
    await database.query('COMMIT');
    await sleep(500);
  }
  await database.end();
}

interface FeedPage {
  items: { id: string; data: { ticket_id: number; version: number } }[];
  next_cursor: string;
}

/** Reads a page; undefined if the replica does not respond, or responds 503. */
async function get(agent: Agent, url: string): Promise<FeedPage | undefined> {
  const { status, text } = await exchange(agent, 'GET', url).catch(() => ({ status: 503, text: '' }));
  if (status === 503) return sleep(10, undefined);
  if (status !== 200) throw new Error(`${url} returned ${status}: ${text}`);
  return JSON.parse(text) as FeedPage;
}

async function send(agent: Agent, ...[method, url, body, headers]: Request): Promise<number> {
  const { status } = await exchange(agent, method, url, JSON.stringify(body), {
    'content-type': 'application/json',
    ...headers,
  });
  return status;
}

/** Uses node:http because fetch takes more CPU time, and the load shares the machine with the service. */
function exchange(
  agent: Agent,
  method: string,
  url: string,
  body?: string,
  headers: Record<string, string> = {},
) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { agent, method, headers });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.end(body);
  });
}
