import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';

import { freePort } from '../../../src/database/free-port.js';
import { Api, times } from '../api.js';
import { eventually } from '../eventually.js';
import { FaultProxy } from '../fault-proxy.js';
import { connect, createStores } from '../servers.js';
import { environmentOf, Service } from '../service.js';
import { FaultyPostgres } from './faulty-postgres.js';
import { startRedis, type FaultyRedis } from './faulty-redis.js';
import { Clients, type LoadResponse, type Recording } from './load.js';

/** Fault during a load: `begin` runs once, `repeat` runs until the load ends, and `end` undoes the fault. */
export interface CacheFault {
  name: string;
  /** Variables of all replicas. */
  environment?: Record<string, string>;
  /** Runs on a PostgreSQL of its own. */
  ownPostgres?: boolean;
  /** Requests may fail, because replicas or PostgreSQL are away. */
  mayFail?: boolean;
  /** Counts freezes. */
  hasFreezes?: boolean;
  /** Part of `npm test`, not only of the soak test. */
  isShort?: boolean;
  begin?: (trial: CacheTrial) => Promise<void>;
  repeat?: (trial: CacheTrial) => Promise<void>;
  end?: (trial: CacheTrial) => Promise<void>;
}

/** Time after a hit within which a fault meets a cache that is in use. */
const freshHitMs = 100;

/**
 * Time without a hit after which the services are replaced by new ones on a new database, because the service waits longer and longer
 * before it uses the cache again after a failure.
 */
const maxWithoutHitMs = 4_000;

/** False with SERVICE_BUILD, because the first edition has other cursors and no cache_state. */
export const isThisBuild = process.env['SERVICE_BUILD'] === undefined;

/** Tickets, and clients of each kind. More writes would leave few hits, and only hits can be stale. */
const clients = { tickets: 6, readers: 8, writers: 3, readsPerWrite: 8 };

/**
 * Hides from the service when it turned the cache on, so that it waits for only two seconds after each failure. Its waits would grow up to
 * a minute, in which no read can be stale.
 */
const forgetFailures = `
  CREATE FUNCTION forget_failures() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.on_at := '-infinity';
    RETURN NEW;
  END $$;
  CREATE TRIGGER forget_failures BEFORE UPDATE ON cache_state
  FOR EACH ROW EXECUTE FUNCTION forget_failures();`;

/** Replicas of the service on a Redis and a PostgreSQL with injected faults. */
export class CacheTrial {
  freezes = 0;
  rounds = 0;
  /** Failures that a fault finds itself. */
  readonly failures: string[] = [];
  /** The clients; set once the run begins. */
  load!: Clients;
  /** Time of the last hit of each replica. */
  private readonly hitsAt = new Map<number, number>();
  /** True once the load has ended, or must end. */
  private isOver = false;

  private constructor(
    readonly redis: FaultyRedis,
    /** The PostgreSQL of the fault, if it has its own. */
    readonly postgres: FaultyPostgres | undefined,
    /** The way of each replica to that PostgreSQL. */
    readonly databases: FaultProxy[],
    private readonly environments: Record<string, string>[],
    readonly services: Service[],
    /** Tickets that are read and written. */
    readonly ids: number[],
  ) {}

  static async start(fault: CacheFault, replicas: number): Promise<CacheTrial> {
    const [stores, redis] = await Promise.all([createStores(), startRedis(replicas)]);
    const postgres = fault.ownPostgres ? await FaultyPostgres.start() : undefined;
    const databases: FaultProxy[] = [];
    if (postgres) for (let n = 0; n < replicas; n++) databases.push(await FaultProxy.to(postgres.port));
    const environments = await times(replicas, async (n) => ({
      ...environmentOf(stores),
      ...postgres?.environment,
      ...(postgres && { POSTGRES_PORT: String(databases[n]?.port) }),
      ...redis.environment(n),
      PORT: String(await freePort()),
      LOG_LEVEL: 'error',
      ...fault.environment,
    }));
    const services = await Promise.all(environments.map((environment) => startService(environment)));
    if (isThisBuild) await run(forgetFailures, postgres?.connect() ?? connect(stores.database));
    const api = new Api(services[0]?.url ?? '');
    const ids = await times(clients.tickets, async () => (await api.createTicket()).body.id);
    const trial = new CacheTrial(redis, postgres, databases, environments, services, ids);
    for (const { url } of services) await waitForHit(url, ids);
    return trial;
  }

  /** Runs the load and injects the fault until the run is complete, or the cache stays out of use. */
  async run(
    fault: CacheFault,
    isComplete: (trial: CacheTrial) => boolean,
    onResponse: (call: LoadResponse) => void,
  ): Promise<Recording> {
    await fault.begin?.(this);
    this.load = new Clients({
      ...{ urls: this.services.map(({ url }) => url), ids: this.ids, followsFeed: isThisBuild },
      ...{ readers: clients.readers, writers: clients.writers, readsPerWrite: clients.readsPerWrite },
      ...{ reads: 0, writes: 0 },
      until: () => this.isOver || isComplete(this),
      onResponse: (response) => {
        if (response.cache === 'HIT') this.hitsAt.set(response.replica, performance.now());
        onResponse(response);
      },
    });
    const running = this.load.run().finally(() => (this.isOver = true));
    try {
      while (fault.repeat && !this.isOver) await fault.repeat(this);
      await running;
    } finally {
      this.isOver = true;
      await running;
      this.load.close();
      await fault.end?.(this);
    }
    return running;
  }

  /**
   * Waits until every replica uses the cache, for a round of the fault, and a hit came a moment ago; false if they do not, or the run is
   * over.
   */
  async isInUse(): Promise<boolean> {
    const begin = performance.now();
    const hasHits = () => {
      const hitsAt = this.services.map((_, n) => this.hitsAt.get(n) ?? 0);
      return Math.min(...hitsAt) > begin && Math.max(...hitsAt) > performance.now() - freshHitMs;
    };
    while (!hasHits()) {
      if (performance.now() - begin > maxWithoutHitMs) this.isOver = true;
      if (this.isOver) return false;
      await sleep(2);
    }
    this.rounds++;
    return true;
  }

  /** Starts another service with the environment of the first replica, but for these variables. */
  startLike(environment: Record<string, string>): Promise<Service> {
    return startService({ ...this.environments[0], PORT: '0', ...environment });
  }

  /** Starts a replica that was killed again, on its port. */
  async restart(n: number): Promise<void> {
    this.services[n] = await startService(this.environments[n] ?? {});
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.redis.stop();
    await Promise.all(this.databases.map((proxy) => proxy.close()));
    await this.postgres?.stop();
  }
}

async function run(sql: string, connecting: Promise<pg.Client>): Promise<void> {
  const database = await connecting;
  await database.query(sql);
  await database.end();
}

async function startService(environment: Record<string, string>): Promise<Service> {
  const service = await Service.launch(environment);
  if (!service.url) throw new Error(`The service did not start: ${service.output}`);
  return service;
}

async function waitForHit(url: string, ids: number[]): Promise<void> {
  const api = new Api(url);
  await eventually(async () => (await api.ticket(ids[0] ?? 0)).headers.get('x-cache') === 'HIT');
}
