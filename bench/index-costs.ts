import { mkdirSync, writeFileSync } from 'node:fs';

import { grow } from './scaling-data.js';
import { Servers, type Stores } from './servers.js';
import { launch, service, stop } from './targets.js';

const rounds = 5;
const requests = 1_000;
const clients = 32;

/** The cost of a request in PostgreSQL: CPU time in microseconds and bytes of WAL. */
interface Cost {
  cpuUs: number;
  walBytes: number;
}

const body = (n: number) => ({
  ...{ theme: 'Late', text: 'Where is it?', email: `ada${n % 1_000}@example.com`, assignee: 'agent7' },
  ...{ priority: 'high', tags: ['kind1', 'vip'], metadata: { order: String(n), shop: 'shop7' } },
  ...{ due_at: '2027-01-01T00:00:00Z', follows: 1 + (n % 1_000), external_id: `order-${n}` },
});

let sent = 0;

async function send(url: string, method: string, content: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(content) });
  if (!response.ok) throw new Error(`${method} responds ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { id: number }).id;
}

/** Sends requests with some clients; returns the results and the cost of each. */
async function measure(servers: Servers, { database }: Stores, request: (n: number) => Promise<number>) {
  const wal = async () => {
    const { rows } = await servers.query<{ bytes: string }>(
      database,
      `SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes`,
    );
    return Number(rows[0]?.bytes);
  };
  const [cpuMs, walBefore] = [servers.postgresCpuMs, await wal()];
  const results: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < requests) results.push(await request(next++));
  };
  await Promise.all(Array.from({ length: clients }, client));
  const cost: Cost = {
    cpuUs: ((servers.postgresCpuMs - cpuMs) * 1_000) / requests,
    walBytes: ((await wal()) - walBefore) / requests,
  };
  return { results, cost };
}

/** Measures creations, and a transition of each ticket that was created. */
async function measureWrites(servers: Servers, stores: Stores, url: string) {
  const created = await measure(servers, stores, () => send(`${url}/ticket`, 'POST', body(sent++)));
  const transition = (n: number) =>
    send(`${url}/ticket/${created.results[n] ?? 0}`, 'PUT', { status: 'answered' });
  const { cost } = await measure(servers, stores, transition);
  return { creation: created.cost, transition: cost };
}

type Writes = Awaited<ReturnType<typeof measureWrites>>;

/** The mean, because a run is short beside the unit in which Linux counts CPU time. */
const meanOf = (runs: Writes[], kind: keyof Writes): Cost => {
  const mean = (values: number[]) => Math.round(values.reduce((a, b) => a + b) / values.length);
  return {
    cpuUs: mean(runs.map((run) => run[kind].cpuUs)),
    walBytes: mean(runs.map((run) => run[kind].walBytes)),
  };
};

const servers = await Servers.start({
  shared_buffers: '1GB',
  // Neither the age of a page nor a vacuum shall count.
  ...{ autovacuum: 'off', full_page_writes: 'off', max_wal_size: '8GB' },
});
try {
  const stores = await servers.createStores(1);
  await stop((await launch(service, stores.environment)).process);
  await grow(servers, stores.database, 100_000);
  const { rows } = await servers.query<{ name: string; definition: string }>(
    stores.database,
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = 'ticket'::regclass AND NOT indisunique
       AND indexrelid <> ALL ('{ticket_by_creation,ticket_by_update}'::regclass[]) ORDER BY 1`,
  );
  const { process, url } = await launch(service, stores.environment, false);
  await measureWrites(servers, stores, url);
  const results: Record<string, Record<keyof Writes, { with: Cost; without: Cost }>> = {};
  for (const { name, definition } of rows) {
    const [withIt, without]: [Writes[], Writes[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      withIt.push(await measureWrites(servers, stores, url));
      await servers.query(stores.database, `DROP INDEX ${name}`);
      without.push(await measureWrites(servers, stores, url));
      await servers.query(stores.database, definition);
    }
    const compare = (kind: keyof Writes) => ({
      with: meanOf(withIt, kind),
      without: meanOf(without, kind),
    });
    results[name] = { creation: compare('creation'), transition: compare('transition') };
    console.log(name, JSON.stringify(results[name]));
  }
  await stop(process);
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/indexes.json', `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await servers.stop();
}
