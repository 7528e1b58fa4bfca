import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';

import { Api, aComment, aTicket, times } from '../api.js';
import { connect, createStores } from '../servers.js';
import { Service } from '../service.js';

/** One event, as a reader or the table knows it. */
export interface Seen {
  id: number;
  ticket: number;
  version: number;
}

/** What readers saw of the feed, and what there was to see. */
export interface FeedRun {
  written: Seen[];
  readers: Seen[][];
}

/** How a run of the feed is made. */
export interface FeedRunOptions {
  writers: number;
  readers: number;
  events: number;
  /** What is done to the database before. */
  prepare?: (database: pg.Client) => Promise<unknown>;
}

/** Some transactions dawdle between the writing of their event and their commit, and a few hang. */
const delays = `
  CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF random() < 0.1 THEN PERFORM pg_sleep(random() * 0.03); END IF;
    IF random() < 0.0005 THEN PERFORM pg_sleep(0.7); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER dawdle AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION dawdle();`;

/**
 * Makes the feed's order the plain sequence: to the clock all transactions are over, and all events of one time, so that
 * only their numbers order them.
 */
export const plainSequence = `
  CREATE OR REPLACE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE
  RETURN CASE WHEN $1 = pg_current_xact_id_if_assigned() THEN 1 ELSE 2 END`;

/** Lets writers write to shared tickets over two replicas while readers follow the feed as fast as they can. */
export async function followFeed(options: FeedRunOptions): Promise<FeedRun> {
  const stores = await createStores();
  const services = await times(2, () => Service.start({ stores }));
  const urls = services.map(({ url }) => url);
  const database = await connect(stores.database);
  await database.query(delays);
  await options.prepare?.(database);
  const ids = await times(24, async () => (await new Api(urls[0] ?? '').createTicket()).body.id);

  const agent = new Agent({ keepAlive: true });
  const url = (turn: number) => urls[turn % urls.length] ?? '';
  let [written, isWritten, isOver] = [ids.length, false, false];
  const write = async (writer: number) => {
    for (let turn = writer; written < options.events; turn++) {
      const status = await send(agent, ...aWrite(url(turn), ids[(turn * 7) % ids.length] ?? 0, turn));
      if (status === 201 || status === 200) written++;
    }
  };
  const read = async (reader: number): Promise<Seen[]> => {
    const seen: Seen[] = [];
    for (let [place, turn] = ['from=beginning', reader]; ; turn++) {
      const wasOver = isOver;
      const page = await get(agent, `${url(turn)}/events?limit=1000&${place}`);
      for (const { id, data } of page.items)
        seen.push({ id: Number(id.split('-')[1]), ticket: data.ticket_id, version: data.version });
      place = `after=${page.next_cursor}`;
      if (wasOver && page.items.length === 0) return seen;
    }
  };
  const reading = times(options.readers, read);
  const hanging = hang(stores.database, () => isWritten);
  await times(options.writers, write);
  isWritten = true;
  await hanging;
  // Only now is all of it there to be read: the feed waits for transactions that are still open.
  isOver = true;
  const readers = await reading;

  const { rows } = await database.query<Seen>(
    'SELECT id::integer, ticket_id::integer AS ticket, version FROM event ORDER BY id',
  );
  agent.destroy();
  await database.end();
  await Promise.all(services.map((service) => service.stop()));
  return { written: rows, readers };
}

/** What is wrong with what a reader saw: events that it missed or saw twice, and tickets whose versions it saw in disorder. */
export function faultsOf(seen: Seen[], written: Seen[]): { missed: number; twice: number; disorder: number } {
  const ids = new Set(seen.map(({ id }) => id));
  const versions = new Map<number, number>();
  let disorder = 0;
  for (const { ticket, version } of seen) {
    if (version <= (versions.get(ticket) ?? 0)) disorder++;
    versions.set(ticket, version);
  }
  const missed = written.filter(({ id }) => !ids.has(id)).length;
  return { missed, twice: seen.length - ids.size, disorder };
}

type Request = [method: string, url: string, body: Record<string, string>, headers: Record<string, string>];

/** Mostly comments, some with an Idempotency-Key, whose transactions begin long before they come to the ticket. */
function aWrite(service: string, ticket: number, turn: number): Request {
  if (turn % 20 === 0) return ['POST', `${service}/ticket`, aTicket, {}];
  const headers: Record<string, string> =
    turn % 4 === 0 ? { 'Idempotency-Key': `${turn}-${Math.random()}` } : {};
  return ['POST', `${service}/ticket/${ticket}/comment`, aComment, headers];
}

/** A session beside the service whose transactions stay open for long, again and again. */
async function hang(name: string, isOver: () => boolean): Promise<void> {
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

/** A page; where the reader is told to come again it asks for the same one, twice at most. */
async function get(agent: Agent, url: string, attempts = 3): Promise<FeedPage> {
  const { status, text } = await call(agent, 'GET', url);
  if (status === 503 && attempts > 1) {
    await sleep(1_000);
    return get(agent, url, attempts - 1);
  }
  if (status !== 200) throw new Error(`${url} was answered ${status}`);
  return JSON.parse(text) as FeedPage;
}

async function send(agent: Agent, ...[method, url, body, headers]: Request): Promise<number> {
  const { status } = await call(agent, method, url, JSON.stringify(body), {
    'content-type': 'application/json',
    ...headers,
  });
  return status;
}

/** node:http rather than fetch: the load shares the machine with what it measures. */
function call(
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
