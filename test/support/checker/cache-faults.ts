import { setTimeout as sleep } from 'node:timers/promises';

import { between } from '../random.js';
import type { CacheFault, CacheTrial } from './cache-trial.js';
import { anyProxy, cutOff, neighbourFault, standbyFault, switchOver } from './server-faults.js';

/** A limit that no client reaches, so that every request counts in Redis. */
const rateLimit = { RATE_LIMIT: '1000000/60' };

const chance = (probability: number) => Math.random() < probability;

/** Length of a freeze: most are a little shorter than 50 ms, the time within which the service confirms a deletion. */
function freezeMs(): number {
  if (chance(0.8)) return chance(0.3) ? between(20, 35) : between(35, 45);
  return chance(0.5) ? between(45, 70) : between(70, 500);
}

/** Freezes something at a random moment while the cache is in use: during the load, or mostly around one write. */
async function freeze(trial: CacheTrial, begin: () => void, end: () => void): Promise<void> {
  await sleep(between(10, 60));
  if (!(await trial.isInUse())) return;
  trial.freezes++;
  const ms = freezeMs();
  const freezeOnce = async () => {
    begin();
    await sleep(ms);
    end();
  };
  if (chance(0.2)) await freezeOnce();
  else await trial.load.alone(() => freezeAroundWrite(trial, freezeOnce, ms));
}

/**
 * Freezes while one replica fills the cache with what it has read before a write through another replica commits. Once the write is
 * acknowledged, the ticket is read at once, because Redis then runs the fill and the read before the deletion.
 */
async function freezeAroundWrite(
  { load, ids, services }: CacheTrial,
  freezeOnce: () => Promise<void>,
  ms: number,
): Promise<void> {
  const id = ids[Math.floor(Math.random() * ids.length)] ?? 0;
  const filler = Math.floor(Math.random() * services.length);
  const readAll = () => Promise.all(services.map((_, n) => load.readTicket(n, id)));
  await load.comment(filler + 1, id);
  const filling = load.readTicket(filler, id);
  const isEarly = chance(0.7);
  const early = isEarly ? load.comment(filler + 1, id) : undefined;
  await sleep(between(0, 6));
  const freezing = freezeOnce();
  if (!isEarly) await sleep(between(0, ms));
  await (early ?? load.comment(filler + 1, id));
  await (chance(0.7) ? load.readTicket(filler, id) : readAll());
  await freezing;
  for (let turn = 0; turn < 8; turn++) {
    await readAll();
    await sleep(5);
  }
  await filling;
}

const freezeRedis = (trial: CacheTrial) =>
  freeze(
    trial,
    () => {
      trial.redis.signal('SIGSTOP');
    },
    () => {
      trial.redis.signal('SIGCONT');
    },
  );

/** Faults under which the checker looks for stale reads. */
export const faults: CacheFault[] = [
  { name: 'no fault' },
  {
    name: 'FLUSHALL storms',
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      await trial.redis.command('FLUSHALL');
      await sleep(20);
    },
  },
  {
    name: 'eviction under a tiny maxmemory',
    begin: async ({ redis }) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '2500kb');
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    },
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      // Other keys fill the memory, so that Redis keeps evicting the entries of the service.
      await trial.redis.command('SET', `other:${Math.random()}`, 'x'.repeat(50_000)).catch(() => undefined);
      await sleep(5);
    },
  },
  {
    name: 'added latency',
    begin: ({ redis }) => {
      redis.proxies.forEach((proxy, n) => {
        proxy.latencyMs = 1 + n * 2;
      });
      return Promise.resolve();
    },
  },
  {
    name: 'connections reset',
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      anyProxy(trial).reset();
      await sleep(between(300, 1_300));
    },
  },
  { name: 'Redis frozen for 20 to 500 ms', hasFreezes: true, isShort: true, repeat: freezeRedis },
  {
    name: 'Redis frozen, with rate limiting',
    environment: rateLimit,
    hasFreezes: true,
    repeat: freezeRedis,
  },
  {
    name: 'Redis frozen for one replica',
    hasFreezes: true,
    repeat: (trial) => {
      const proxy = anyProxy(trial);
      return freeze(trial, proxy.freeze.bind(proxy), proxy.thaw.bind(proxy));
    },
  },
  {
    name: 'Redis slow for one replica',
    hasFreezes: true,
    repeat: (trial) => {
      const proxy = anyProxy(trial);
      return freeze(
        trial,
        () => (proxy.latencyMs = between(10, 60)),
        () => (proxy.latencyMs = 0),
      );
    },
  },
  { name: 'one replica cut off from Redis', isShort: true, repeat: cutOff },
  { name: 'one replica cut off, with rate limiting', environment: rateLimit, repeat: cutOff },
  {
    name: 'a switchover with broken replication',
    isShort: true,
    repeat: (trial) => switchOver(trial, 'services'),
  },
  { name: 'a demotion with broken replication', repeat: (trial) => switchOver(trial, 'redis') },
  {
    name: 'Redis killed and restarted empty',
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      await trial.redis.kill();
      await sleep(between(0, 1_000));
      await trial.redis.launch();
      await sleep(500);
    },
  },
  {
    name: 'Redis restarted from an old snapshot',
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      await trial.redis.command('SAVE');
      await sleep(between(50, 500));
      await trial.redis.kill();
      await trial.redis.launch();
      await sleep(1_000);
    },
  },
  standbyFault(),
  {
    name: 'a writer killed between commit and deletion',
    mayFail: true,
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      const n = Math.floor(Math.random() * trial.services.length);
      const proxy = trial.redis.proxies[n];
      // Its deletions do not arrive, so every write that it commits until the kill is one of these.
      proxy?.freeze();
      await sleep(between(5, 45));
      await trial.services[n]?.stop('SIGKILL');
      proxy?.reset();
      proxy?.thaw();
      await sleep(500);
      await trial.restart(n);
    },
  },
  {
    name: 'a restart of PostgreSQL',
    ...{ ownPostgres: true, mayFail: true },
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      await trial.postgres?.kill();
      await sleep(between(0, 1_000));
      await trial.postgres?.launch();
      await sleep(1_000);
    },
  },
  neighbourFault(),
];
