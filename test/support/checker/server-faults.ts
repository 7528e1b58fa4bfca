import { setTimeout as sleep } from 'node:timers/promises';

import { Api, times } from '../api.js';
import { eventually } from '../eventually.js';
import { FaultProxy } from '../fault-proxy.js';
import { createStores } from '../servers.js';
import { between } from '../random.js';
import type { CacheFault, CacheTrial } from './cache-trial.js';
import { startRedis } from './faulty-redis.js';

/** The way of one of the replicas to Redis. */
export function anyProxy({ redis }: CacheTrial): FaultProxy {
  const proxy = redis.proxies[Math.floor(Math.random() * redis.proxies.length)];
  if (!proxy) throw new Error('There is no proxy');
  return proxy;
}

/** Cuts one replica off: its connection is refused, or accepted and silent. */
export async function cutOff(trial: CacheTrial): Promise<void> {
  if (!(await trial.isInUse())) return;
  const proxy = anyProxy(trial);
  const isSilent = Math.random() < 0.5;
  if (isSilent) proxy.freeze();
  else await proxy.close();
  await sleep(between(100, 1_000));
  if (isSilent) proxy.thaw();
  else await proxy.open();
  await sleep(500);
}

/** Waits until a Redis has the data of the one that it replicates. */
async function replicates(redis: Awaited<ReturnType<typeof startRedis>>): Promise<void> {
  await eventually(async () => String(await redis.command('INFO', 'replication')).includes('link_status:up'));
}

/**
 * Switches to a replica of Redis that lacks the latest deletions, because its replication broke.
 * @param move leads the services to the replica, or makes the Redis that they use a replica
 */
export async function switchOver(trial: CacheTrial, move: 'services' | 'redis'): Promise<void> {
  if (!(await trial.isInUse())) return;
  const { redis } = trial;
  const replica = await startRedis(0);
  const link = await FaultProxy.to(redis.port);
  for (const server of [redis, replica])
    await server.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  await replica.command('REPLICAOF', '127.0.0.1', String(link.port));
  await replicates(replica);
  await sleep(between(50, 300));
  await link.close();
  await sleep(between(50, 300));
  await replica.command('REPLICAOF', 'NO', 'ONE');
  if (move === 'services') {
    for (const proxy of redis.proxies) {
      proxy.target = replica.port;
      proxy.reset();
      await sleep(between(0, 300));
    }
    await sleep(between(500, 3_500));
    for (const proxy of redis.proxies) {
      proxy.target = redis.port;
      proxy.reset();
    }
  } else {
    // Longer than two of the checks that the service makes every 100 ms.
    await redis.command('REPLICAOF', '127.0.0.1', String(replica.port));
    await replicates(redis);
    await sleep(between(250, 800));
    await redis.command('REPLICAOF', 'NO', 'ONE');
  }
  await sleep(500);
  await replica.stop();
}

/** A fault of a replica whose PostgreSQL becomes a standby that lags, and later the primary again. */
export function standbyFault(): CacheFault {
  let standby: { port: number; stop: () => Promise<void> };
  const onStandby = async ({ postgres }: CacheTrial, sql: string) => {
    const client = await postgres?.connect(standby.port);
    await client?.query(sql);
    await client?.end();
  };
  return {
    name: 'a replica on a lagging standby of PostgreSQL',
    ...{ ownPostgres: true, mayFail: true },
    begin: async (trial) => {
      if (trial.postgres) standby = await trial.postgres.replica();
    },
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      const proxy = trial.databases.at(-1);
      if (!proxy) return;
      const primary = proxy.target;
      await onStandby(trial, 'SELECT pg_wal_replay_pause()');
      await sleep(between(20, 200));
      proxy.target = standby.port;
      proxy.reset();
      await sleep(between(300, 1_500));
      await onStandby(trial, 'SELECT pg_wal_replay_resume()');
      proxy.target = primary;
      proxy.reset();
      await sleep(500);
    },
    end: () => standby.stop(),
  };
}

/** A fault of a service on another database that has tickets with the same ids, and the same Redis and prefix. */
export function neighbourFault(): CacheFault {
  let neighbour: Awaited<ReturnType<CacheTrial['startLike']>>;
  return {
    name: 'two databases on one Redis',
    environment: { REDIS_KEY_PREFIX: '' },
    begin: async (trial) => {
      neighbour = await trial.startLike({ POSTGRES_DB: (await createStores()).database });
      await times(trial.ids.length, () => new Api(neighbour.url).createTicket());
    },
    repeat: async (trial) => {
      if (!(await trial.isInUse())) return;
      for (const id of trial.ids) {
        const etag = (await new Api(neighbour.url).ticket(id)).headers.get('etag');
        if (etag !== '"1"') trial.failures.push(`The neighbour returned version ${etag ?? ''}`);
        await sleep(2);
      }
    },
    end: async () => {
      await neighbour.stop();
    },
  };
}
