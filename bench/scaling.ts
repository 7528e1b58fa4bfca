import { mkdirSync, writeFileSync } from 'node:fs';

import { Cursors, type SortKeys } from '../src/api/cursors.js';
import { readEnvironment } from '../src/config/read-environment.js';
import type { ListTicketsQuery } from '../src/tickets/ticket-query.dto.js';
import { growthChart } from './growth-chart.js';
import { growthScenarios, measurePath, measureScenario, median } from './growth-scenarios.js';
import { counted, filters, type Parameters } from './list-filters.js';
import { findLastPages, readCount, readPage, toListQuery, type Read } from './list-reads.js';
import { commentsOfHotTicket, grow } from './scaling-data.js';
import { Servers, type Stores } from './servers.js';
import { launch, service, stop } from './targets.js';

/** Numbers of tickets to measure at. */
const stages = (process.argv[2] ?? '100000,1000000,10000000').split(',').map(Number);

const sorts: ListTicketsQuery['sort'][] = ['-created_at', 'updated_at', 'due_at', '-priority'];

/** The response times of two pages of a list, and the pages of PostgreSQL that each order reads for them. */
interface ListResult {
  firstMs: number;
  lastMs: number | null;
  buffers: Record<string, [first: number, last: number | null]>;
}

const plans: Record<string, string[]> = {};

/** Returns the path of a page of a list. */
function pathOf({ environment }: Stores, parameters: Parameters, after: SortKeys | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value instanceof Map) for (const [key, text] of value) search.append(`${name}[${key}]`, String(text));
    else for (const one of [value].flat()) search.append(name, String(one));
  }
  const query = Object.entries(toListQuery(parameters)).filter(([name]) => name !== 'limit');
  const cursors = new Cursors(readEnvironment(environment));
  if (after)
    search.append('cursor', cursors.seal(`tickets ${JSON.stringify(Object.fromEntries(query))}`, after));
  return `/ticket?${search.toString()}`;
}

/** Measures the first and the last page of the lists of each filter. */
async function measureLists(servers: Servers, stores: Stores, url: string, tickets: number) {
  const results: Record<string, ListResult> = {};
  for (const [name, parameters] of Object.entries(filters(tickets))) {
    const ends = await findLastPages(servers, stores.database, parameters, sorts);
    const buffers: ListResult['buffers'] = {};
    for (const [n, sort] of sorts.entries()) {
      const query = toListQuery({ ...parameters, sort });
      const read = (after?: SortKeys) => readPage(servers, stores.database, query, after);
      const [first, last] = [await read(), ends[n] && (await read(ends[n]))];
      buffers[sort] = [first.buffers, last?.buffers ?? null];
      // The statement that filled the page.
      if (sort === '-created_at') plans[name] = first.plans.at(-1) ?? [];
    }
    const [end] = ends;
    const firstMs = await measurePath(url, pathOf(stores, parameters, undefined));
    const lastMs = end ? await measurePath(url, pathOf(stores, parameters, end)) : null;
    results[name] = { firstMs, lastMs, buffers };
    console.log(name, JSON.stringify(results[name]));
  }
  return results;
}

/** Measures counts in PostgreSQL, because a repeated one comes from the cache. */
async function measureCounts(servers: Servers, { database }: Stores, tickets: number) {
  const results: Record<string, { ms: number; buffers: number }> = {};
  for (const [name, parameters] of Object.entries(counted(tickets))) {
    const reads: Read[] = [];
    for (let n = 0; n < 5; n++) reads.push(await readCount(servers, database, parameters));
    plans[`count, ${name}`] = reads[0]?.plans.at(-1) ?? [];
    results[name] = { ms: median(reads.map(({ ms }) => ms)), buffers: reads.at(-1)?.buffers ?? 0 };
  }
  return results;
}

/** Fills the database up to a number of tickets, and measures every scenario. */
async function measureStage(servers: Servers, stores: Stores, tickets: number) {
  const begin = performance.now();
  await grow(servers, stores.database, tickets);
  const seededInS = Math.round((performance.now() - begin) / 1000);
  const size = await servers.query<{ mb: number }>(
    stores.database,
    'SELECT (pg_database_size(current_database()) / 1000000)::integer AS mb',
  );
  const indexes = await servers.query<{ name: string; mb: number }>(
    stores.database,
    `SELECT relname AS name, (pg_relation_size(pg_class.oid) / 1000000)::integer AS mb
     FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE indrelid = 'ticket'::regclass ORDER BY relname`,
  );
  const { process, url } = await launch(service, stores.environment, false);
  const ms: Record<string, number> = {};
  for (const [name, scenario] of Object.entries(await growthScenarios(servers, stores, tickets)))
    ms[name] = await measureScenario(url, scenario);
  console.log(tickets, seededInS, ms);
  Object.assign(plans, await servers.plans(stores.database));
  const lists = await measureLists(servers, stores, url, tickets);
  const counts = await measureCounts(servers, stores, tickets);
  console.log(counts);
  await stop(process);
  const indexesMb = Object.fromEntries(indexes.rows.map(({ name, mb }) => [name, mb]));
  return { tickets, seededInS, sizeMb: size.rows[0]?.mb ?? 0, indexesMb, ms, lists, counts };
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
    mkdirSync('bench/results', { recursive: true });
    writeFileSync('bench/results/scaling.svg', growthChart(results.map(chartOf)));
    const content = { commentsOfHotTicket, results, plans };
    writeFileSync('bench/results/scaling.json', `${JSON.stringify(content, undefined, 2)}\n`);
  }
} finally {
  await servers.stop();
}

/** The times of a stage that the chart shows. */
function chartOf({ tickets, ms, lists }: Awaited<ReturnType<typeof measureStage>>) {
  const shown = [
    'no filter',
    'assignee, 1 of 700',
    'email, 1 of 1,000',
    'tag, 1 of 60',
    'closed, 1 of 10, old',
  ];
  const pages = shown.map((name) => [`list: ${name}`, lists[name]?.firstMs ?? 0] as const);
  return { tickets, ms: { ...Object.fromEntries(pages), ...ms } };
}
