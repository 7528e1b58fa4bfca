import 'reflect-metadata';

import { mkdirSync, writeFileSync } from 'node:fs';

import { readEnvironment } from '../src/config/read-environment.js';
import { Cursors } from '../src/api/cursors.js';
import { launch, stop } from './targets.js';
import { growthChart } from './growth-chart.js';
import { commentsOfHotTicket, grow, hotTicket } from './scaling-data.js';
import { Servers, type Stores } from './servers.js';

/** How many tickets there are at each stage. */
const stages = (process.argv[2] ?? '100000,1000000,10000000').split(',').map(Number);

/** How often each call is made; the middle of the times is what counts. */
const [warmUps, times] = [5, 40];

/** The page of 20 that is asked for, or the last but one where there are not so many. */
const deepPage = 100_000;

interface Asked {
  method?: string;
  path: string;
  body?: Record<string, string>;
}

/** Where the deep page of the list begins, and the last thousand events. */
async function placesIn(servers: Servers, { database, environment }: Stores, tickets: number) {
  const offset = Math.min(deepPage, tickets / 20 - 1) * 20;
  const deep = await servers.query<{ created_at: Date; id: string }>(
    database,
    `SELECT created_at, id FROM ticket ORDER BY created_at DESC, id DESC OFFSET ${offset} LIMIT 1`,
  );
  const late = await servers.query<{ place: string }>(
    database,
    `SELECT position || '-' || id AS place FROM event ORDER BY id DESC OFFSET 1000 LIMIT 1`,
  );
  const position = deep.rows.flatMap(({ created_at, id }) => [created_at.toISOString(), Number(id)]);
  const cursor = new Cursors(readEnvironment(environment)).seal('tickets {"sort":"-created_at"}', position);
  return { cursor, place: late.rows[0]?.place ?? '' };
}

const comment = { text: 'Which item do you mean?', email: 'support@example.com' };
const commentOnHot: Asked = { method: 'POST', path: `/ticket/${hotTicket}/comment`, body: comment };
const ticket = { theme: 'Late', text: 'Where is it?', email: 'ada@example.com' };
const history = `/ticket/${hotTicket}/history?limit=100`;
const feedOfHot = `/events?from=beginning&ticket_id=${hotTicket}&limit=100`;

/** The calls whose time may depend on how much there is, and what is asked the n-th time. */
async function callsAt(servers: Servers, stores: Stores, tickets: number) {
  const { cursor, place } = await placesIn(servers, stores, tickets);
  const somewhere = (n: number) => 2 + ((n * 7_919) % (tickets - 2));
  const calls: Record<string, (n: number) => Asked> = {
    'list, page 1': () => ({ path: '/ticket' }),
    'list, page 100,000': () => ({ path: `/ticket?cursor=${cursor}` }),
    'list of an address': (n) => ({ path: `/ticket?email=customer${somewhere(n) % 1_000}@example.com` }),
    'search, in every ticket': () => ({ path: '/ticket?q=invoice' }),
    'search, in one of 1,000': () => ({ path: '/ticket?q=urgent' }),
    'search, in one ticket': (n) => ({ path: `/ticket?q=${somewhere(n)}` }),
    'ticket, uncached': (n) => ({ path: `/ticket/${somewhere(n)}` }),
    'hot ticket, comment': () => commentOnHot,
    'hot ticket, read after it': () => ({ path: `/ticket/${hotTicket}` }),
    'hot ticket, history': () => ({ path: history }),
    'feed, from the beginning': () => ({ path: '/events?from=beginning&limit=100' }),
    'feed, near its end': () => ({ path: `/events?after=${place}&limit=100` }),
    'feed, of the hot ticket': () => ({ path: feedOfHot }),
    'feed, of the hot ticket, near its end': () => ({
      path: feedOfHot.replace('from=beginning', `after=${place}`),
    }),
    'create a ticket': () => ({ method: 'POST', path: '/ticket', body: ticket }),
    'move a ticket': (n) => ({ method: 'PUT', path: `/ticket/${somewhere(n)}`, body: { status: 'closed' } }),
  };
  return calls;
}

async function timeOf(url: string, { method = 'GET', path, body }: Asked): Promise<number> {
  const begin = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, ...(body && { headers, body: JSON.stringify(body) }) });
  await response.arrayBuffer();
  if (response.status >= 500) throw new Error(`${path} was answered ${response.status}`);
  return performance.now() - begin;
}

/** The middle of the times of a call, in milliseconds. */
async function measure(url: string, asked: (n: number) => Asked, beforeEach?: Asked): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < warmUps + times; n++) {
    if (beforeEach) await timeOf(url, beforeEach);
    taken.push(await timeOf(url, asked(n)));
  }
  const sorted = taken.slice(warmUps).toSorted((a, b) => a - b);
  return Math.round((sorted[times / 2] ?? 0) * 100) / 100;
}

const servers = await Servers.start({
  max_wal_size: '8GB',
  shared_buffers: '2GB',
  maintenance_work_mem: '1GB',
});
try {
  const stores = await servers.createStores(1);
  const migrated = await launch('service', stores.environment);
  await stop(migrated.process);
  const results: { tickets: number; seededInS: number; sizeMb: number; ms: Record<string, number> }[] = [];
  for (const tickets of stages) {
    const begin = performance.now();
    await grow(servers, stores.database, tickets);
    const seededInS = Math.round((performance.now() - begin) / 1000);
    const { process, url } = await launch('service', stores.environment, false);
    const ms: Record<string, number> = {};
    const calls = await callsAt(servers, stores, tickets);
    for (const [name, asked] of Object.entries(calls)) {
      ms[name] = await measure(url, asked, name.includes('after it') ? commentOnHot : undefined);
    }
    await stop(process);
    const {
      rows: [size],
    } = await servers.query<{ mb: number }>(
      stores.database,
      'SELECT (pg_database_size(current_database()) / 1000000)::integer AS mb',
    );
    results.push({ tickets, seededInS, sizeMb: size?.mb ?? 0, ms });
    console.log(results.at(-1));
  }
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/scaling.svg', growthChart(results));
  const found = { commentsOfHotTicket, results, plans: await servers.plans(stores.database) };
  writeFileSync('bench/results/scaling.json', `${JSON.stringify(found, undefined, 2)}\n`);
} finally {
  await servers.stop();
}
