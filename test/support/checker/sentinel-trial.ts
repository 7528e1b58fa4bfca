/*
 * Proves that a failover of Redis is not seen by clients: Sentinel moves the primary while clients write and read through three
 * replicas of the service and haproxy. No request fails, and no read is stale.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { SentinelCluster } from '../../../deploy/local/sentinel.js';
import { Api, times } from '../api.js';
import { createStores } from '../servers.js';
import { Service } from '../service.js';
import { load } from './load.js';
import { findStaleReads } from './stale-reads.js';

const replicas = 3;

/** The time under load before each fault: enough for the cache to be on again. */
const pauseMs = 6_000;

/** Moves the primary; resolves once both other nodes follow it. */
type Fault = (cluster: SentinelCluster) => Promise<void>;

/** A switchover, as for maintenance. */
export const switchRedis: Fault = async (cluster) => {
  const primary = await cluster.primary();
  await cluster.switchOver();
  await cluster.waitUntilHealthy(primary);
};

/** The primary dies, and comes back, empty, once another node has taken its place. */
export const killRedis: Fault = async (cluster) => {
  const node = await cluster.killPrimary();
  await cluster.waitForFailover(node.port);
  await node.launch();
  await cluster.waitUntilHealthy(node.port);
};

/** Injects a fault this often under load; returns the findings and figures. */
export async function runRedisFailovers(fault: Fault, rounds: number) {
  const [cluster, stores] = [await SentinelCluster.start(), await createStores()];
  const environment = { REDIS_URL: `redis://127.0.0.1:${cluster.port}`, LOG_LEVEL: 'error' };
  const services = await times(replicas, () => Service.start({ stores, environment }));
  const urls = services.map(({ url }) => url);
  const ids = await times(6, async (n) => (await new Api(urls[n % replicas] ?? '').createTicket()).body.id);
  const counts = { rounds, reads: 0, hits: 0, writes: 0, longestWriteMs: 0 };
  let isOver = false;
  const clients = load({
    ...{ urls, ids, readers: 4, writers: 2, reads: 0, writes: 0, followsFeed: true },
    until: () => isOver,
    onResponse: ({ kind, ms, cache }) => {
      counts[kind === 'read' ? 'reads' : 'writes']++;
      if (cache === 'HIT') counts.hits++;
      if (kind === 'write') counts.longestWriteMs = Math.max(counts.longestWriteMs, Math.round(ms));
    },
  });
  for (let round = 0; round < rounds; round++) {
    await sleep(pauseMs);
    await fault(cluster);
  }
  await sleep(pauseMs);
  isOver = true;
  const { calls, failures } = await clients;
  await Promise.all(services.map((service) => service.stop()));
  await cluster.stop();
  return { counts, failures, staleReads: findStaleReads(calls) };
}
