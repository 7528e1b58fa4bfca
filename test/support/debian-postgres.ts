import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isRoot, nobody } from '../../src/database/child-processes.js';
import { freePort } from '../../src/database/free-port.js';

/** The folder in which Debian's packages, such as postgresql-15, install their commands. */
const versions = '/usr/lib/postgresql';

/** Runs a command of Debian's newest PostgreSQL. @throws Error with its output if it fails */
export function runPostgresCommand(name: string, ...options: string[]): void {
  const version = readdirSync(versions).sort().at(-1) ?? '';
  const user = isRoot() ? { uid: nobody, gid: nobody } : {};
  // What pg_ctl starts keeps the output open, so nothing waits for its end.
  const stdio = name === 'pg_ctl' ? 'ignore' : 'pipe';
  const { status, stderr } = spawnSync(join(versions, version, 'bin', name), options, { ...user, stdio });
  if (status !== 0) throw new Error(`${name} failed: ${String(stderr)}`);
}

/**
 * A PostgreSQL of Debian's package, which has the commands that the embedded one lacks, such as pg_dump. They refuse servers that are
 * newer than they are.
 */
export class DebianPostgres {
  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** Starts a new, empty server on a free port, whose user `postgres` needs no password. */
  static async start(): Promise<DebianPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'debian-postgres-'));
    if (isRoot()) chownSync(folder, nobody, nobody);
    const data = join(folder, 'data');
    const port = await freePort();
    runPostgresCommand('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C');
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
    runPostgresCommand('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start');
    return new DebianPostgres(folder, port);
  }

  /** Options of the commands that connect to the server. */
  get connection(): string[] {
    return ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres'];
  }

  /** A path for a file that the commands write or read. */
  path(name: string): string {
    const folder = join(this.folder, 'files');
    mkdirSync(folder, { recursive: true });
    if (isRoot()) chownSync(folder, nobody, nobody);
    return join(folder, name);
  }

  /** Stops the server and deletes its data. */
  stop(): void {
    runPostgresCommand('pg_ctl', '-D', join(this.folder, 'data'), '-m', 'immediate', '-w', 'stop');
    rmSync(this.folder, { recursive: true });
  }
}
