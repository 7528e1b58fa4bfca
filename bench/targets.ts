import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { columns } from '../src/api/dto.js';
import { TicketSummaryDto } from '../src/tickets/ticket.dto.js';
import { cpuMsOf } from './processes.js';
import type { Servers, Stores } from './servers.js';

/** Name of a target: the service, another build of it, or a baseline (another implementation of the same endpoints). */
export type TargetName = 'service' | 'other' | 'bare' | 'tutorial' | 'fastify';

/** Command line of a target. */
export interface Program {
  name: TargetName;
  script: string;
  nodeOptions?: string[];
}

const buildOf = (name: TargetName, folder: string): Program => ({
  name,
  script: join(folder, 'dist/src/main.js'),
  // The Node.js options of `npm start`.
  nodeOptions: ['--max-old-space-size=256'],
});

export const service = buildOf('service', join(import.meta.dirname, '../..'));

/** Returns the build of the service in another checkout. */
export const otherBuild = (folder: string) => buildOf('other', resolve(folder));

export const baselines: Program[] = [
  { name: 'bare', script: join(import.meta.dirname, 'baselines/bare.js') },
  { name: 'tutorial', script: join(import.meta.dirname, 'baselines/tutorial/main.js') },
  { name: 'fastify', script: join(import.meta.dirname, 'baselines/fastify.js') },
];

/** Support for pinning a process to a core. */
export const canPin = spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;

/** The targets that run. None outlives the benchmark, also if it fails or is interrupted. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** A running target. */
export class Target {
  private constructor(
    readonly name: TargetName,
    readonly stores: Stores,
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * Creates and seeds the stores of a target, and starts it. The service migrates them, also for the baselines; another
   * build migrates its own, because its schema may differ.
   * @param options.pinned runs it on the first core only, if the system supports pinning
   */
  static async start(
    servers: Servers,
    program: Program,
    options: { number: number; pinned?: boolean },
  ): Promise<Target> {
    const stores = await servers.createStores(options.number);
    const migration = await launch(program.name === 'other' ? program : service, stores.environment);
    await stop(migration.process);
    await servers.seed(stores);
    const { process, url } = await launch(program, stores.environment, options.pinned);
    return new Target(program.name, stores, process, url);
  }

  /** CPU time that the process has used. */
  get cpuMs(): number {
    return cpuMsOf(this.process.pid ?? 0).own;
  }

  /** Resident memory of the process. */
  get memoryMb(): number {
    const status = readFileSync(`/proc/${this.process.pid ?? 0}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000);
  }

  stop(): Promise<void> {
    return stop(this.process);
  }
}

/** Starts a target and waits until it prints its URL. */
export async function launch(program: Program, environment: Record<string, string>, pinned = true) {
  const { name, script, nodeOptions = [] } = program;
  const node = [process.execPath, ...nodeOptions, script];
  const [command = '', ...rest] = canPin && pinned ? ['taskset', '-c', '0', ...node] : node;
  const { PATH = '' } = process.env;
  // The log goes to a file, because a pipe would have to be read here, on the cores that are measured.
  const folder = mkdtempSync(join(tmpdir(), 'ticket-bench-'));
  const log = join(folder, 'log');
  const child = spawn(command, rest, {
    // Not the working directory of the benchmark, because its .env must not change what is measured.
    cwd: tmpdir(),
    env: { PATH, TICKET_COLUMNS: columns(TicketSummaryDto), ...environment },
    stdio: ['ignore', openSync(log, 'w'), 'inherit'],
  });
  running.add(child.once('exit', () => running.delete(child)));
  const url = () => /istens on (\S+),/.exec(readFileSync(log, 'utf8'))?.[1];
  while (url() === undefined) {
    if (child.exitCode !== null) throw new Error(`${name} did not start`);
    await sleep(5);
  }
  const started = { process: child, url: url() ?? '' };
  // The process still writes to the file; its space is freed when the process exits.
  rmSync(folder, { recursive: true });
  return started;
}

/** Stops a process with SIGTERM and waits until it has exited. */
export async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
