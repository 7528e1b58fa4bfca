import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../../src/database/free-port.js';
import { FaultProxy } from '../fault-proxy.js';
import { createStores } from '../servers.js';
import { environmentOf, Service } from '../service.js';
import { CrashLoad, judgeLedger } from './crashes.js';
import { FaultyPostgres } from './faulty-postgres.js';

/** What was found after a trial. */
export type TrialFinding = Awaited<ReturnType<typeof judgeLedger>> & {
  attempts: number;
  acknowledged: number;
  /** How many answers were 503. */
  unavailable: number;
  /** How long an answer took at the most, in milliseconds. */
  longestMs: number;
  /** How long after the end of each fault the service answered writes again, in milliseconds, at the most. */
  longestRecoveryMs: number;
};

/** A service whose PostgreSQL and itself can be done anything to under load, and a look at what is left. */
export class Trial {
  private longestRecoveryMs = 0;

  private constructor(
    readonly postgres: FaultyPostgres,
    /** What the service reaches its PostgreSQL through. */
    readonly gate: FaultProxy,
    private readonly environment: Record<string, string>,
    private readonly url: string,
    private service: Service,
  ) {}

  /**
   * Starts both.
   * @param folder where PostgreSQL keeps its data
   */
  static async start(folder?: string): Promise<Trial> {
    const postgres = await FaultyPostgres.start({ max_connections: '40', max_wal_size: '64MB' }, folder);
    const gate = await FaultProxy.to(postgres.port);
    const port = await freePort();
    const environment = {
      ...environmentOf(await createStores()),
      ...postgres.environment,
      POSTGRES_PORT: String(gate.port),
      PORT: String(port),
      LOG_LEVEL: 'error',
    };
    const url = `http://127.0.0.1:${port}`;
    return new Trial(postgres, gate, environment, url, await Service.launch(environment));
  }

  /** Kills the service, and starts it again. */
  async killService(): Promise<void> {
    await this.service.stop('SIGKILL');
    this.service = await Service.launch(this.environment);
  }

  /** Takes the time until a write succeeds again. */
  async recovers(): Promise<void> {
    const begin = performance.now();
    const body = new URLSearchParams({ theme: 'Back', text: `${begin}`, email: 'ada@example.com' });
    const write = () => fetch(`${this.url}/ticket`, { method: 'POST', body });
    while ((await write()).status !== 201) await sleep(10);
    this.longestRecoveryMs = Math.max(this.longestRecoveryMs, Math.round(performance.now() - begin));
  }

  /** Lets clients write while something is done; says what they were told that is not so, and what contradicts itself. */
  async under(ordeal: () => Promise<void>): Promise<TrialFinding> {
    this.longestRecoveryMs = 0;
    const load = new CrashLoad(this.url, 8);
    try {
      await ordeal();
      await sleep(300);
    } finally {
      await load.stop();
    }
    const { ledger } = load;
    const database = await this.postgres.connect();
    const judged = await judgeLedger(ledger, database);
    await database.end();
    const acknowledged = ledger.tickets.size + ledger.comments.size + ledger.moves.length;
    const { attempts, unavailable, longestMs } = ledger;
    const figures = { attempts, acknowledged, unavailable, longestMs };
    return { ...judged, ...figures, longestRecoveryMs: this.longestRecoveryMs };
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.gate.close();
    await this.postgres.stop();
  }
}
