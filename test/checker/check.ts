import { Api, times } from '../support/api.js';
import { createStores } from '../support/servers.js';
import { Service } from '../support/service.js';
import type { Fault } from './faults.js';
import { FaultyRedis } from './faults.js';
import { findStaleReads, type StaleRead } from './history.js';
import { load, type Recording } from './load.js';

/** What a run of the checker found. */
export interface Finding {
  fault: string;
  reads: number;
  writes: number;
  /** Of the reads, those that came from the cache. */
  hits: number;
  failures: string[];
  stale: StaleRead[];
  longestStaleMs: number;
}

/** Runs replicas of the real service under a fault, lets clients read and write a few hot tickets, and checks. */
export async function check(
  fault: Fault,
  size: { reads: number; writes: number; replicas?: number },
): Promise<Finding> {
  const { reads, writes, replicas = 2 } = size;
  const stores = await createStores();
  const redis = await FaultyRedis.start(replicas);
  const services = [];
  for (let n = 0; n < replicas; n++) {
    services.push(await Service.start({ stores, environment: { REDIS_URL: redis.url(n) } }));
  }
  const urls = services.map(({ url }) => url);
  const ids = await times(4, async () => (await new Api(urls[0] ?? '').createTicket()).body.id);

  await fault.begin?.(redis);
  let hits = 0;
  let isOver = false;
  const loaded = load({
    ...{ urls, ids, reads, writes, readers: 8, writers: 2 },
    onAnswer: ({ cache }) => (hits += cache === 'HIT' ? 1 : 0),
  }).finally(() => (isOver = true));
  const disturb = async () => {
    while (!isOver && fault.again) await fault.again(redis);
  };
  const [recording] = await Promise.all([loaded, disturb()]);

  await Promise.all(services.map((service) => service.stop()));
  await redis.stop();
  return { fault: fault.name, hits, ...judge(recording) };
}

/** Counts a recording, and finds what is stale in it. */
export function judge({ calls, failures }: Recording): Omit<Finding, 'fault' | 'hits'> {
  const stale = findStaleReads(calls);
  return {
    reads: calls.filter(({ kind }) => kind === 'read').length,
    writes: calls.filter(({ kind }) => kind === 'write').length,
    failures,
    stale,
    longestStaleMs: Math.max(0, ...stale.map(({ staleMs }) => staleMs)),
  };
}
