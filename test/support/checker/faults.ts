import { setTimeout as sleep } from 'node:timers/promises';

import type { FaultyCluster } from './faulty-cluster.js';
import type { FaultyRedis } from './faulty-redis.js';

/** What is done to Redis while a load runs: once at its begin, again and again until it ends, and once to make good. */
export interface Fault<Redis = FaultyRedis> {
  name: string;
  begin?: (redis: Redis) => Promise<void>;
  again?: (redis: Redis) => Promise<void>;
  end?: (redis: Redis) => Promise<void>;
}

/** The faults of one server that the checker looks for stale reads under. */
export const faults: Fault[] = [
  { name: 'no fault' },
  {
    name: 'FLUSHALL storms',
    again: async (redis) => {
      await redis.command('FLUSHALL');
      await sleep(20);
    },
  },
  {
    name: 'eviction under a tiny maxmemory',
    begin: async (redis) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '2500kb');
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    },
    again: async (redis) => {
      // Memory that others need, so that what the service keeps is evicted all the time.
      await redis.command('SET', `other:${Math.random()}`, 'x'.repeat(50_000)).catch(() => undefined);
      await sleep(5);
    },
    end: async (redis) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'added latency',
    begin: (redis) => {
      redis.gates.forEach((gate, n) => {
        gate.latencyMs = 2 + n * 5;
      });
      return Promise.resolve();
    },
    end: (redis) => {
      for (const gate of redis.gates) gate.latencyMs = 0;
      return Promise.resolve();
    },
  },
  {
    name: 'connections reset',
    again: async (redis) => {
      const gate = redis.gates[Math.floor(Math.random() * redis.gates.length)];
      gate?.reset();
      await sleep(300 + Math.random() * 1_000);
    },
  },
  {
    name: 'Redis killed and restarted',
    again: async (redis) => {
      await sleep(500);
      await redis.kill();
      await sleep(Math.random() * 1_000);
      await redis.launch();
      await sleep(1_500);
    },
  },
  {
    name: 'Redis stopped and continued',
    again: async (redis) => {
      await sleep(500);
      redis.signal('SIGSTOP');
      await sleep(Math.random() * 1_500);
      redis.signal('SIGCONT');
      await sleep(1_000);
    },
  },
  {
    name: 'Redis started again from an old snapshot',
    again: async (redis) => {
      await redis.command('SAVE');
      await sleep(500);
      await redis.kill();
      await redis.launch();
      await sleep(1_500);
    },
  },
];

/** Those of a cluster that take little time, or try the most. */
export const briefClusterFaults: Fault<FaultyCluster>[] = [
  {
    name: 'a failover that loses what the replica had not heard',
    again: async (cluster) => {
      await sleep(500);
      await cluster.failOverLosing(300);
      await cluster.settled();
    },
  },
  {
    name: 'slots moved to another master',
    again: async (cluster) => {
      cluster.moveSlots(300);
      await sleep(1_000);
    },
  },
];

/** All of a cluster. */
export const clusterFaults: Fault<FaultyCluster>[] = [
  ...briefClusterFaults,
  { name: 'a cluster without a fault' },
  {
    name: 'a master killed, and its replica in its place',
    again: async (cluster) => {
      await sleep(1_000);
      const { master } = cluster.anyShard();
      await master.kill();
      await cluster.promoted(master);
      await sleep(500);
      await master.launch();
      await cluster.settled();
    },
  },
  {
    name: 'a master frozen, and continued as a replica',
    again: async (cluster) => {
      await sleep(1_500);
      const { master } = cluster.anyShard();
      cluster.freeze(master);
      await cluster.promoted(master);
      await sleep(Math.random() * 500);
      cluster.thaw();
      await cluster.settled();
    },
  },
  {
    name: 'failovers by hand',
    again: async (cluster) => {
      await sleep(1_000);
      const { master, replica } = cluster.anyShard();
      cluster.tell(replica, 'cluster', 'failover');
      await cluster.promoted(master);
    },
  },
];
