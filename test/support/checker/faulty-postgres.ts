import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { startReplica } from '../../../deploy/local/replica.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { freePort } from '../../../src/database/free-port.js';
import { childrenOf } from '../processes.js';

/** A PostgreSQL of its own, with all its durability, that a test can do to what it likes. */
export class FaultyPostgres {
  private server!: EmbeddedPostgres;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  /**
   * @param settings what postgresql.conf would say
   * @param parent where its folder is made
   */
  static async start(settings: Record<string, string> = {}, parent = tmpdir()): Promise<FaultyPostgres> {
    const folder = await mkdtemp(join(parent, 'ticket-postgres-'));
    const postgres = new FaultyPostgres(folder, await freePort(), settings);
    await postgres.launch();
    return postgres;
  }

  /** Starts the server on the data that it had, and the port. */
  async launch(): Promise<void> {
    const settings = { ...this.settings, port: String(this.port) };
    this.server = await startEmbeddedPostgres(join(this.folder, 'data'), settings);
  }

  /** Starts a replica of it; it ends with this one's folder. */
  replica() {
    return startReplica(join(this.folder, 'data'), { ...this.server, port: this.port });
  }

  /** Starts the server if it has ended, as it does where it cannot write its log. */
  async revive(): Promise<void> {
    if (!isThere(this.processes()[0] ?? 0)) await this.launch();
  }

  /** Where a service finds it. */
  get environment(): Record<string, string> {
    return {
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: String(this.port),
      POSTGRES_USER: this.server.user,
      POSTGRES_PASSWORD: this.server.password,
      POSTGRES_DB: 'postgres',
    };
  }

  /** Connects beside the service; to its replica by that one's port. */
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

  /** Sends all its processes a signal at once, as a machine that dies or stalls would. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of this.processes()) if (isThere(pid)) process.kill(pid, signal);
  }

  /** Kills it, so that what is not on the disk is lost; resolves once all its processes are gone. */
  async kill(): Promise<void> {
    const pids = this.processes();
    this.signal('SIGKILL');
    while (pids.some(isThere)) await sleep(5);
    await this.server.stop();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }

  private processes(): number[] {
    const file = join(this.folder, 'data/postmaster.pid');
    if (!existsSync(file)) return [];
    const first = Number.parseInt(readFileSync(file, 'utf8'));
    return [first, ...childrenOf(first)];
  }
}

/** Whether a process is there; one that nobody has waited for yet is not. */
function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
