import { mkdirSync, writeFileSync } from 'node:fs';

import { Cursors } from '../src/api/cursors.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { growthChart } from './growth-chart.js';
import { commentsOfHotTicket, grow, hotTicket } from './scaling-data.js';
import { Servers, type Stores } from './servers.js';
import { launch, service, stop } from './targets.js';

/** Numbers of tickets to measure at. */
const stages = (process.argv[2] ?? '100000,1000000,10000000').split(',').map(Number);

const warmUpRequests = 5;
const measuredRequests = 40;

/** Number of the deep page of 20 tickets; with fewer pages, the last but one is read. */
const deepPage = 100_000;

interface Request {
  method?: string;
  path: string;
  body?: Record<string, string>;
}

/** A request whose time may depend on the number of rows. */
interface GrowthScenario {
  /** Returns the n-th request. */
  request: (n: number) => Request;
  /** A request that is sent before each one, and is not measured. */
  before?: Request;
}

/** Returns the cursors of the deep page of the list, and of the last thousand events. */
async function findCursors(servers: Servers, { database, environment }: Stores, tickets: number) {
  const offset = Math.min(deepPage, tickets / 20 - 1) * 20;
  const deep = await servers.query<{ created_at: Date; id: string }>(
    database,
    `SELECT created_at, id FROM ticket ORDER BY created_at DESC, id DESC OFFSET ${offset} LIMIT 1`,
  );
  const late = await servers.query<{ cursor: string }>(
    database,
    `SELECT number || '-' || tag AS cursor FROM event WHERE number IS NOT NULL ORDER BY number DESC OFFSET 1000 LIMIT 1`,
  );
  const sortKeys = deep.rows.flatMap(({ created_at, id }) => [created_at.toISOString(), Number(id)]);
  const listCursor = new Cursors(readEnvironment(environment)).seal(
    'tickets {"sort":"-created_at"}',
    sortKeys,
  );
  return { listCursor, feedCursor: late.rows[0]?.cursor ?? '' };
}

const comment = { text: 'Which item do you mean?', email: 'support@example.com' };
const addHotComment: Request = { method: 'POST', path: `/ticket/${hotTicket}/comment`, body: comment };
const ticket = { theme: 'Late', text: 'Where is it?', email: 'ada@example.com' };
const hotHistory = `/ticket/${hotTicket}/history?limit=100`;
const hotFeed = `/events?from=beginning&ticket_id=${hotTicket}&limit=100`;

async function growthScenarios(servers: Servers, stores: Stores, tickets: number) {
  const { listCursor, feedCursor } = await findCursors(servers, stores, tickets);
  // Spread over the table, so that the requests do not share pages.
  const id = (n: number) => 2 + ((n * 7_919) % (tickets - 2));
  const get = (path: string | ((n: number) => string)): GrowthScenario => ({
    request: (n) => ({ path: typeof path === 'string' ? path : path(n) }),
  });
  return {
    'list, page 1': get('/ticket'),
    'list, page 100,000': get(`/ticket?cursor=${listCursor}`),
    'list of an address': get((n) => `/ticket?email=customer${id(n) % 1_000}@example.com`),
    'search, in every ticket': get('/ticket?q=invoice'),
    'search, in one of 1,000': get('/ticket?q=urgent'),
    'search, in one ticket': get((n) => `/ticket?q=${id(n)}`),
    'ticket, uncached': get((n) => `/ticket/${id(n)}`),
    'hot ticket, comment': { request: () => addHotComment },
    'hot ticket, read after that': { ...get(`/ticket/${hotTicket}`), before: addHotComment },
    'hot ticket, history': get(hotHistory),
    'feed, from the beginning': get('/events?from=beginning&limit=100'),
    'feed, near its end': get(`/events?after=${feedCursor}&limit=100`),
    'feed, of the hot ticket': get(hotFeed),
    'feed, of the hot ticket, near its end': get(hotFeed.replace('from=beginning', `after=${feedCursor}`)),
    'create a ticket': { request: () => ({ method: 'POST', path: '/ticket', body: ticket }) },
    'transition a ticket': {
      request: (n) => ({ method: 'PUT', path: `/ticket/${id(n)}`, body: { status: 'closed' } }),
    },
  } satisfies Record<string, GrowthScenario>;
}

async function responseMs(url: string, { method = 'GET', path, body }: Request): Promise<number> {
  const begin = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
  await response.arrayBuffer();
  if (response.status >= 500) throw new Error(`${method} ${path} responds ${response.status}`);
  return performance.now() - begin;
}

/** Measures the median response time of a scenario, in milliseconds. */
async function measure(url: string, { request, before }: GrowthScenario): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < warmUpRequests + measuredRequests; n++) {
    if (before) await responseMs(url, before);
    times.push(await responseMs(url, request(n)));
  }
  const sorted = times.slice(warmUpRequests).toSorted((a, b) => a - b);
  return Math.round((sorted[measuredRequests / 2] ?? 0) * 100) / 100;
}

/** Fills the database up to a number of tickets, and measures every scenario. */
async function measureStage(servers: Servers, stores: Stores, tickets: number) {
  const begin = performance.now();
  await grow(servers, stores.database, tickets);
  const seededInS = Math.round((performance.now() - begin) / 1000);
  const { process, url } = await launch(service, stores.environment, false);
  const ms: Record<string, number> = {};
  const scenarios = await growthScenarios(servers, stores, tickets);
  for (const [name, scenario] of Object.entries(scenarios)) ms[name] = await measure(url, scenario);
  await stop(process);
  const size = await servers.query<{ mb: number }>(
    stores.database,
    'SELECT (pg_database_size(current_database()) / 1000000)::integer AS mb',
  );
  return { tickets, seededInS, sizeMb: size.rows[0]?.mb ?? 0, ms };
}

const servers = await Servers.start({
  max_wal_size: '8GB',
  shared_buffers: '2GB',
  maintenance_work_mem: '1GB',
});
try {
  const stores = await servers.createStores(1);
  const migration = await launch(service, stores.environment);
  await stop(migration.process);
  const results: Awaited<ReturnType<typeof measureStage>>[] = [];
  for (const tickets of stages) {
    results.push(await measureStage(servers, stores, tickets));
    console.log(results.at(-1));
  }
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/scaling.svg', growthChart(results));
  const content = { commentsOfHotTicket, results, plans: await servers.plans(stores.database) };
  writeFileSync('bench/results/scaling.json', `${JSON.stringify(content, undefined, 2)}\n`);
} finally {
  await servers.stop();
}
