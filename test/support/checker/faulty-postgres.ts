import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { startReplica } from '../../../deploy/local/replica.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { freePort } from '../../../src/database/free-port.js';
import { childrenOf, isRunning } from '../processes.js';

/** A separate PostgreSQL with full durability, for tests that stop, freeze or kill it. */
export class FaultyPostgres {
  private server!: EmbeddedPostgres;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  /**
   * @param settings parameters of postgresql.conf
   * @param parent parent of the data directory
   */
  static async start(settings: Record<string, string> = {}, parent = tmpdir()): Promise<FaultyPostgres> {
    const folder = await mkdtemp(join(parent, 'ticket-postgres-'));
    const postgres = new FaultyPostgres(folder, await freePort(), settings);
    await postgres.launch();
    return postgres;
  }

  /** Starts the server on its existing data and port. */
  async launch(): Promise<void> {
    const settings = { ...this.settings, port: String(this.port) };
    this.server = await startEmbeddedPostgres(join(this.folder, 'data'), settings);
  }

  /** Starts a streaming replica; `stop` of the primary deletes its data. */
  replica() {
    return startReplica(join(this.folder, 'data'), { ...this.server, port: this.port });
  }

  /** Starts the server if it has exited, as PostgreSQL does when it cannot write its WAL. */
  async restartIfStopped(): Promise<void> {
    if (!isRunning(this.processes()[0] ?? 0)) await this.launch();
  }

  /** Variables that connect a service to this server. */
  get environment(): Record<string, string> {
    return {
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: String(this.port),
      POSTGRES_USER: this.server.user,
      POSTGRES_PASSWORD: this.server.password,
      POSTGRES_DB: 'postgres',
    };
  }

  /** Connects to the server, or to its replica by the port of that. */
  async connect(port = this.port): Promise<pg.Client> {
    const { user, password } = this.server;
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user,
      password,
      database: 'postgres',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Signals all processes of the server at once, or of its replica, like a machine that crashes or stalls. */
  signal(signal: NodeJS.Signals, data: 'data' | 'data-replica' = 'data'): void {
    for (const pid of this.processes(data)) if (isRunning(pid)) process.kill(pid, signal);
  }

  /** Kills all processes of the server; resolves once they are gone. */
  async kill(): Promise<void> {
    const pids = this.processes();
    this.signal('SIGKILL');
    while (pids.some(isRunning)) await sleep(5);
    await this.server.stop();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }

  private processes(data = 'data'): number[] {
    const file = join(this.folder, data, 'postmaster.pid');
    if (!existsSync(file)) return [];
    const first = Number.parseInt(readFileSync(file, 'utf8'));
    return [first, ...childrenOf(first)];
  }
}
