/*
 * Proves that the feed is complete and in order: every reader receives every event once, and the events of a ticket in
 * the order of its versions, even if transactions commit in another order than they wrote their events.
 */

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';

import { Api, aComment, aTicket, times } from '../api.js';
import { connect, createStores } from '../servers.js';
import { Service } from '../service.js';

/** An event, from the feed or from the table. */
interface FeedEvent {
  id: number;
  ticket: number;
  version: number;
}

/** All events of the table, and those that each reader received. */
interface FeedRun {
  written: FeedEvent[];
  readers: FeedEvent[][];
}

/** Size of a run. */
interface FeedRunOptions {
  writers: number;
  readers: number;
  events: number;
  /** Changes the database before the run. */
  prepare?: (database: pg.Client) => Promise<unknown>;
}

/** Delays one transaction in ten between its event and its commit by up to 30 ms, and a few by 0.7 s. */
const delayCommits = `
  CREATE FUNCTION delay_commit() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF random() < 0.1 THEN PERFORM pg_sleep(random() * 0.03); END IF;
    IF random() < 0.0005 THEN PERFORM pg_sleep(0.7); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER delay_commit AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION delay_commit();`;

/**
 * Orders the feed by the sequence alone: its clock reports every transaction as finished and all events as simultaneous.
 * Readers then miss events, which shows that the check can fail.
 */
export const orderBySequence = `
  CREATE OR REPLACE FUNCTION feed_clock(xid8) RETURNS bigint LANGUAGE sql STABLE
  RETURN CASE WHEN $1 = pg_current_xact_id_if_assigned() THEN 1 ELSE 2 END`;

/** Lets writers write to shared tickets through two replicas while readers poll the feed as fast as they can. */
export async function followFeed(options: FeedRunOptions): Promise<FeedRun> {
  const stores = await createStores();
  const services = await times(2, () => Service.start({ stores }));
  const urls = services.map(({ url }) => url);
  const database = await connect(stores.database);
  await database.query(delayCommits);
  await options.prepare?.(database);
  const ids = await times(24, async () => (await new Api(urls[0] ?? '').createTicket()).body.id);

  const agent = new Agent({ keepAlive: true });
  let [written, isWritten, isComplete] = [ids.length, false, false];
  const write = async (writer: number) => {
    for (let turn = writer; written < options.events; turn++) {
      const status = await send(
        agent,
        ...nextWrite(urls[turn % urls.length] ?? '', ids[(turn * 7) % ids.length] ?? 0, turn),
      );
      if (status === 201 || status === 200) written++;
    }
  };
  const reading = times(options.readers, (n) => readToEnd(agent, urls, n, () => isComplete));
  const openTransactions = holdTransactionsOpen(stores.database, () => isWritten);
  try {
    await times(options.writers, write);
  } finally {
    isWritten = true;
    await openTransactions;
    // The feed waits for open transactions, so only now it holds every event.
    isComplete = true;
  }
  const readers = await reading;

  const { rows } = await database.query<FeedEvent>(
    'SELECT id::integer, ticket_id::integer AS ticket, version FROM event ORDER BY id',
  );
  agent.destroy();
  await database.end();
  await Promise.all(services.map((service) => service.stop()));
  return { written: rows, readers };
}

/** Polls the replicas in rotation; ends with the first empty page that was requested after the feed was complete. */
async function readToEnd(agent: Agent, urls: string[], reader: number, isComplete: () => boolean) {
  const seen: FeedEvent[] = [];
  for (let [position, turn] = ['from=beginning', reader]; ; turn++) {
    const isLast = isComplete();
    const page = await get(agent, `${urls[turn % urls.length] ?? ''}/events?limit=1000&${position}`);
    for (const { id, data } of page.items)
      seen.push({ id: Number(id.split('-')[1]), ticket: data.ticket_id, version: data.version });
    position = `after=${page.next_cursor}`;
    if (isLast && page.items.length === 0) return seen;
  }
}

/** Counts the events that a reader missed, received twice, or received before an earlier one of their ticket. */
export function checkReader(seen: FeedEvent[], written: FeedEvent[]) {
  const ids = new Set(seen.map(({ id }) => id));
  const versions = new Map<number, number>();
  let outOfOrder = 0;
  for (const { ticket, version } of seen) {
    if (version <= (versions.get(ticket) ?? 0)) outOfOrder++;
    versions.set(ticket, version);
  }
  const missed = written.filter(({ id }) => !ids.has(id)).length;
  return { missed, duplicates: seen.length - ids.size, outOfOrder };
}

type Request = [method: string, url: string, body: Record<string, string>, headers: Record<string, string>];

/** Mostly comments; some with an Idempotency-Key, whose transactions begin long before they write the event. */
function nextWrite(service: string, ticket: number, turn: number): Request {
  if (turn % 20 === 0) return ['POST', `${service}/ticket`, aTicket, {}];
  const headers: Record<string, string> =
    turn % 4 === 0 ? { 'Idempotency-Key': `${turn}-${Math.random()}` } : {};
  return ['POST', `${service}/ticket/${ticket}/comment`, aComment, headers];
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

/** Reads a page; retries at most twice after a 503, with the delay of its Retry-After. */
async function get(agent: Agent, url: string, attempts = 3): Promise<FeedPage> {
  const { status, text } = await exchange(agent, 'GET', url);
  if (status === 503 && attempts > 1) {
    await sleep(1_000);
    return get(agent, url, attempts - 1);
  }
  if (status !== 200) throw new Error(`${url} returned ${status}`);
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
