/*
 * Proves that no replica returns stale data after an acknowledged write, whatever happens to Redis meanwhile.
 */

import { afterAll, beforeAll } from '@jest/globals';

import { Api, times, waitForRedis } from '../api.js';
import { createStores } from '../servers.js';
import { Service } from '../service.js';
import type { Fault } from './faults.js';
import { startRedis, type FaultyRedis } from './faulty-redis.js';
import { findStaleReads, type StaleRead } from './stale-reads.js';
import { load, type Recording } from './load.js';

/** Result of one run of the checker. */
export interface Finding {
  fault: string;
  reads: number;
  writes: number;
  /** Number of reads that were cache hits. */
  hits: number;
  failures: string[];
  stale: StaleRead[];
  longestStaleMs: number;
}

const replicas = 2;

/** Replicas of the service on a Redis with injected faults. */
class Checker {
  private constructor(
    private readonly redis: FaultyRedis,
    private readonly services: Service[],
  ) {}

  static async start(): Promise<Checker> {
    const [stores, redis] = await Promise.all([createStores(), startRedis(replicas)]);
    const start = (n: number) => Service.start({ stores, environment: redis.environment(n) });
    return new Checker(redis, await times(replicas, start));
  }

  /** Runs clients that read and write a few tickets during a fault, and finds their stale reads. */
  async check(fault: Fault, size: { reads: number; writes: number }): Promise<Finding> {
    const urls = this.services.map(({ url }) => url);
    // After the previous fault a circuit breaker may still be open.
    for (const url of urls) await waitForRedis(new Api(url));
    const ids = await times(4, async () => (await new Api(urls[0] ?? '').createTicket()).body.id);
    await fault.begin?.(this.redis);
    let hits = 0;
    let rounds = 0;
    let isOver = false;
    const loading = load({
      ...{ ...size, urls, ids, readers: 8, writers: 2 },
      until: () => !fault.repeat || rounds > 0,
      onResponse: ({ cache }) => (hits += cache === 'HIT' ? 1 : 0),
    }).finally(() => (isOver = true));
    const injectFault = async () => {
      for (; !isOver && fault.repeat; rounds++) await fault.repeat(this.redis);
    };
    const [recording] = await Promise.all([loading, injectFault()]);
    await fault.end?.(this.redis);
    return { fault: fault.name, hits, ...summarize(recording) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.redis.stop();
  }
}

/** Starts a checker before the tests of a group and stops it after them. */
export function sharedChecker() {
  let checker: Checker;
  beforeAll(async () => {
    checker = await Checker.start();
  });
  afterAll(() => checker.stop());
  return (...parameters: Parameters<Checker['check']>) => checker.check(...parameters);
}

/** Counts the requests of a recording and finds its stale reads. */
export function summarize({ calls, failures }: Recording): Omit<Finding, 'fault' | 'hits'> {
  const stale = findStaleReads(calls);
  return {
    reads: calls.filter(({ kind }) => kind === 'read').length,
    writes: calls.filter(({ kind }) => kind === 'write').length,
    failures,
    stale,
    longestStaleMs: Math.max(0, ...stale.map(({ staleMs }) => staleMs)),
  };
}
