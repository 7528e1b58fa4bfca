import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Servers, Stores } from './servers.js';

/** Who is measured: the service as `npm start` runs it, and three other ways to do the same work. */
export const targets = {
  service: ['--max-old-space-size=256', '../src/main.js'],
  bare: ['baselines/bare.js'],
  tutorial: ['baselines/tutorial/main.js'],
  fastify: ['baselines/fastify.js'],
};

/** The name of a contestant. */
export type Name = keyof typeof targets;

/** Whether processes can be kept to a core each. */
export const canPin = spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;

/** How Linux counts the time of a process: in hundredths of a second. */
const msPerTick = 10;

/** A contestant that runs. */
export class Target {
  private constructor(
    readonly name: Name,
    readonly stores: Stores,
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * Makes the stores of a contestant by the service's own migrations, and starts it.
   * @param pinned whether it is kept to the first core, where that can be said
   */
  static async start(servers: Servers, name: Name, number: number, pinned = true): Promise<Target> {
    const stores = await servers.createStores(number);
    const migrated = await launch('service', stores.environment);
    await stop(migrated.process);
    await servers.seed(stores);
    const { process, url } = await launch(name, stores.environment, pinned);
    return new Target(name, stores, process, url);
  }

  /** The time that its process has had of a core, in milliseconds. */
  get cpuMs(): number {
    const fields =
      readFileSync(`/proc/${this.process.pid ?? 0}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  }

  /** The memory of its process, in megabytes. */
  get memoryMb(): number {
    const status = readFileSync(`/proc/${this.process.pid ?? 0}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000);
  }

  stop(): Promise<void> {
    return stop(this.process);
  }
}

/** Starts a process that says where it listens. */
export async function launch(name: Name, environment: Record<string, string>, pinned = true) {
  const [script = '', ...flags] = [...targets[name]].reverse();
  const node = [process.execPath, ...flags.reverse(), join(import.meta.dirname, script)];
  const [command = '', ...rest] = canPin && pinned ? ['taskset', '-c', '0', ...node] : node;
  const { PATH = '' } = process.env;
  // To a file, as a pipe would have to be read here, on the cores that are measured.
  const log = join(mkdtempSync(join(tmpdir(), 'ticket-bench-')), 'log');
  const child = spawn(command, rest, {
    env: { PATH, ...environment },
    stdio: ['ignore', openSync(log, 'w'), 'inherit'],
  });
  const listening = () => /istens on (\S+),/.exec(readFileSync(log, 'utf8'))?.[1];
  while (listening() === undefined) {
    if (child.exitCode !== null) throw new Error(`${name} did not start`);
    await sleep(5);
  }
  return { process: child, url: listening() ?? '' };
}

/** Ends a process. */
export async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
