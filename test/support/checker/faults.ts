import { setTimeout as sleep } from 'node:timers/promises';

import type { FaultyRedis } from './faulty-redis.js';

/** Fault of Redis during a load: `begin` runs once, `repeat` runs until the load ends, and `end` undoes the fault. */
export interface Fault {
  name: string;
  begin?: (redis: FaultyRedis) => Promise<void>;
  repeat?: (redis: FaultyRedis) => Promise<void>;
  end?: (redis: FaultyRedis) => Promise<void>;
}

/** Faults under which the checker looks for stale reads. */
export const faults: Fault[] = [
  { name: 'no fault' },
  {
    name: 'FLUSHALL storms',
    repeat: async (redis) => {
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
    repeat: async (redis) => {
      // Other keys fill the memory, so that Redis keeps evicting the entries of the service.
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
      redis.proxies.forEach((proxy, n) => {
        proxy.latencyMs = 2 + n * 5;
      });
      return Promise.resolve();
    },
    end: (redis) => {
      for (const proxy of redis.proxies) proxy.latencyMs = 0;
      return Promise.resolve();
    },
  },
  {
    name: 'connections reset',
    repeat: async (redis) => {
      const proxy = redis.proxies[Math.floor(Math.random() * redis.proxies.length)];
      proxy?.reset();
      await sleep(300 + Math.random() * 1_000);
    },
  },
  {
    name: 'Redis killed and restarted',
    repeat: async (redis) => {
      await sleep(500);
      await redis.kill();
      await sleep(Math.random() * 1_000);
      await redis.launch();
      await sleep(1_500);
    },
  },
  {
    name: 'Redis stopped and continued',
    repeat: async (redis) => {
      await sleep(500);
      redis.signal('SIGSTOP');
      await sleep(Math.random() * 1_500);
      redis.signal('SIGCONT');
      await sleep(1_000);
    },
  },
  {
    name: 'Redis restarted from an old snapshot',
    repeat: async (redis) => {
      await redis.command('SAVE');
      await sleep(500);
      await redis.kill();
      await redis.launch();
      await sleep(1_500);
    },
  },
];
