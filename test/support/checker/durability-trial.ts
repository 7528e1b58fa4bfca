/*
 * Proves that an acknowledged write survives crashes and faults of the service and of PostgreSQL: clients write while
 * faults are injected; afterwards every acknowledged write must be in the database exactly once.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../../src/database/free-port.js';
import { eventually } from '../eventually.js';
import { FaultProxy } from '../fault-proxy.js';
import { createStores } from '../servers.js';
import { environmentOf, Service } from '../service.js';
import { FaultyPostgres } from './faulty-postgres.js';
import { checkLedger, WriteLoad } from './write-ledger.js';

/** The findings and figures of one run. */
export type TrialResult = Awaited<ReturnType<typeof checkLedger>> & {
  attempts: number;
  acknowledged: number;
  /** Number of responses with status 503. */
  unavailable: number;
  /** Longest response time. */
  longestMs: number;
  /** Longest time from the end of a fault to the next successful write. */
  longestRecoveryMs: number;
};

/** A service and its own PostgreSQL under a load of writes. */
export class DurabilityTrial {
  private longestRecoveryMs = 0;

  private constructor(
    readonly postgres: FaultyPostgres,
    /** The connection of the service to its PostgreSQL. */
    readonly proxy: FaultProxy,
    private readonly environment: Record<string, string>,
    private readonly url: string,
    private service: Service,
  ) {}

  /** @param folder parent of the data directory of PostgreSQL */
  static async start(folder?: string): Promise<DurabilityTrial> {
    const postgres = await FaultyPostgres.start({ max_connections: '40', max_wal_size: '64MB' }, folder);
    const proxy = await FaultProxy.to(postgres.port);
    const port = await freePort();
    const environment = {
      ...environmentOf(await createStores()),
      ...postgres.environment,
      POSTGRES_PORT: String(proxy.port),
      PORT: String(port),
      LOG_LEVEL: 'error',
    };
    const url = `http://127.0.0.1:${port}`;
    return new DurabilityTrial(postgres, proxy, environment, url, await Service.launch(environment));
  }

  /** Kills the service and restarts it. */
  async killService(): Promise<void> {
    await this.service.stop('SIGKILL');
    this.service = await Service.launch(this.environment);
  }

  /** Waits until a write succeeds again, and records the time. */
  async waitForRecovery(): Promise<void> {
    const begin = performance.now();
    const body = new URLSearchParams({ theme: 'Back', text: `${begin}`, email: 'ada@example.com' });
    const write = () => fetch(`${this.url}/ticket`, { method: 'POST', body });
    while ((await write()).status !== 201) await sleep(10);
    this.longestRecoveryMs = Math.max(this.longestRecoveryMs, Math.round(performance.now() - begin));
  }

  /**
   * Injects faults while clients write, then compares the database with the acknowledgements.
   * @param injectFaults receives a function that counts the acknowledged writes so far
   */
  async run(injectFaults: (acknowledged: () => number) => Promise<void>): Promise<TrialResult> {
    this.longestRecoveryMs = 0;
    const load = new WriteLoad(this.url, 8);
    const { ledger } = load;
    try {
      await injectFaults(() => load.acknowledged);
      await sleep(300);
    } finally {
      await load.stop();
    }
    const database = await this.postgres.connect();
    const findings = await checkLedger(ledger, database);
    await database.end();
    const { attempts, unavailable, longestMs } = ledger;
    const figures = { attempts, acknowledged: load.acknowledged, unavailable, longestMs };
    return { ...findings, ...figures, longestRecoveryMs: this.longestRecoveryMs };
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.proxy.close();
    await this.postgres.stop();
  }
}

/**
 * Kills the service and its PostgreSQL again and again under load.
 * @param rounds number of kills of each
 */
export async function runCrashes(
  trial: DurabilityTrial,
  rounds: { service: number; postgres: number },
): Promise<TrialResult> {
  return trial.run(async (acknowledged) => {
    // A kill must hit a busy service, even on a slow machine.
    const writeMore = async () => {
      const goal = acknowledged() + 75;
      await eventually(() => acknowledged() >= goal);
    };
    for (let round = 0; round < rounds.service; round++) {
      await writeMore();
      await sleep(200 + Math.random() * 400);
      await trial.killService();
    }
    for (let round = 0; round < rounds.postgres; round++) {
      await writeMore();
      await sleep(300 + Math.random() * 700);
      await trial.postgres.kill();
      await sleep(Math.random() * 500);
      await trial.postgres.launch();
      await trial.waitForRecovery();
    }
  });
}
