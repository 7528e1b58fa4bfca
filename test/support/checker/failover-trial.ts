/*
 * Proves that a failover of PostgreSQL loses nothing: Patroni moves the primary while clients write and read through three replicas
 * of the service, pgbouncer and haproxy. Afterwards every acknowledged write is there once, the feed was complete for its follower, and no
 * read was stale.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { PatroniCluster } from '../../../deploy/local/patroni.js';
import { startPgbouncer } from '../../../deploy/local/pgbouncer.js';
import { aComment, Api, aTicket, times } from '../api.js';
import { eventually } from '../eventually.js';
import { createStores } from '../servers.js';
import { environmentOf, Service } from '../service.js';
import { waitForNumbersIn } from '../transactions.js';
import { startRedis, type FaultyRedis } from './faulty-redis.js';
import { load } from './load.js';
import { findStaleReads } from './stale-reads.js';
import { checkLedger, WriteLoad } from './write-ledger.js';

const replicas = 3;

/** The time under load before each fault. */
const pauseMs = 2_000;

const constantTexts = new Set([aTicket.text, aComment.text]);

/** Moves the primary; resolves once the cluster has a synchronous standby again. */
type Fault = (cluster: PatroniCluster) => Promise<void>;

/** A switchover, as for maintenance. */
export const switchOver: Fault = async (cluster) => {
  const { leader } = await cluster.state();
  await cluster.switchOver();
  await cluster.waitUntilHealthy(leader);
};

/** The node of the primary dies, and comes back once another one has taken its place. */
export const killPrimary: Fault = async (cluster) => {
  const node = await cluster.killPrimary();
  await eventually(async () => ![undefined, node.name].includes((await cluster.state()).leader), 120_000);
  cluster.launch(node);
  await cluster.waitUntilHealthy(node.name);
};

/** Three replicas of the service on a cluster. */
export class FailoverTrial {
  private constructor(
    private readonly cluster: PatroniCluster,
    private readonly pgbouncer: Awaited<ReturnType<typeof startPgbouncer>>,
    private readonly redis: FaultyRedis,
    private readonly services: Service[],
  ) {}

  static async start(): Promise<FailoverTrial> {
    const cluster = await PatroniCluster.start();
    const [pgbouncer, redis] = await Promise.all([startPgbouncer(cluster), startRedis(1)]);
    const environment = {
      ...environmentOf(await createStores()),
      ...{ POSTGRES_USER: cluster.user, POSTGRES_PASSWORD: cluster.password, POSTGRES_DB: 'postgres' },
      ...{ POSTGRES_HOST: '127.0.0.1', LOG_LEVEL: 'error' },
      ...pgbouncer.environment,
      ...redis.environment(0),
    };
    const services = await times(replicas, () => Service.launch(environment));
    return new FailoverTrial(cluster, pgbouncer, redis, services);
  }

  /** Injects a fault this often under load; returns the findings and figures. */
  async run(fault: Fault, rounds: number) {
    const urls = this.services.map(({ url }) => url);
    const ids = await times(6, async (n) => (await new Api(urls[n % replicas] ?? '').createTicket()).body.id);
    let [isOver, isComplete] = [false, false];
    const written: number[] = [];
    const loads = urls.map((url) => new WriteLoad(url, 2));
    const following = follow(urls, () => isComplete);
    const clients = load({
      ...{ urls, ids, readers: 3, writers: 2, reads: 0, writes: 0, followsFeed: true },
      until: () => isOver,
      onResponse: ({ kind, status, at, ms }) => {
        if (kind === 'write' && (status === 200 || status === 201)) written.push(at + ms);
      },
    });
    for (let round = 0; round < rounds; round++) {
      await sleep(pauseMs);
      await fault(this.cluster);
    }
    await sleep(pauseMs);
    await Promise.all(loads.map((each) => each.stop()));
    isOver = true;
    const { calls, failures } = await clients;
    const database = await this.connect();
    await waitForNumbersIn(database);
    isComplete = true;
    const { seen, unexpected } = await following;
    const ledgers = [];
    for (const { ledger } of loads) {
      const { duplicates, ...found } = await checkLedger(ledger, database);
      // The other clients write the same texts again and again.
      ledgers.push({ ...found, duplicates: duplicates.filter(({ text }) => !constantTexts.has(text)) });
    }
    const { rows } = await database.query<{ numbers: number[] }>(
      'SELECT array_agg(number::integer ORDER BY number) AS numbers FROM event',
    );
    await database.end();
    return {
      ledgers,
      missedEvents: (rows[0]?.numbers ?? []).filter((number, index) => seen[index] !== number).length,
      staleReads: findStaleReads(calls),
      unexpected: [...unexpected, ...failures.filter((failure) => !failure.endsWith(' 503'))],
      figures: {
        rounds,
        writes: written.length + loads.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
        reads: calls.filter(({ kind }) => kind === 'read').length,
        events: seen.length,
        longestWithoutWritesMs: longestGap(written),
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    this.pgbouncer.stop();
    await Promise.all([this.redis.stop(), this.cluster.stop()]);
  }

  private async connect(): Promise<pg.Client> {
    const { port, user, password } = this.cluster;
    const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' });
    await client.connect();
    return client;
  }
}

/** Follows the feed from its beginning through all replicas, until it is over and a page is empty; returns the numbers of the events. */
async function follow(urls: string[], isOver: () => boolean) {
  const seen: number[] = [];
  const unexpected: string[] = [];
  let position = 'from=beginning';
  for (let turn = 0; ; turn++) {
    const isLast = isOver();
    const api = new Api(urls[turn % urls.length] ?? '');
    const { status, body } = await api.events(`limit=1000&${position}`);
    if (status === 200) {
      seen.push(...body.items.map(({ id }) => Number(id.split('-')[0])));
      position = `after=${body.next_cursor}`;
      if (isLast && body.items.length === 0) return { seen, unexpected };
    } else if (status !== 503) unexpected.push(`feed ${status}`);
    await sleep(50);
  }
}

function longestGap(at: number[]): number {
  const times = at.toSorted((a, b) => a - b);
  return Math.round(times.reduce((max, time, n) => Math.max(max, time - (times[n - 1] ?? time)), 0));
}
