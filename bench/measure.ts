import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Call } from './calls.js';
import { canPin, type Target } from './targets.js';
import type { Order, Seen } from './load.js';
import type { Servers } from './servers.js';

/** One run of a call against a contestant. */
export interface Run extends Seen {
  cpuUs: number;
  statements: number;
}

/** How long and how often a call is measured. */
export interface Plan {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
}

/** The load, on the second core where that can be said. */
export class Load {
  private constructor(private readonly process: ChildProcess) {}

  static start(): Load {
    const script = join(import.meta.dirname, 'load.js');
    const pinned = { execPath: 'taskset', execArgv: ['-c', '1', process.execPath] };
    return new Load(fork(script, canPin ? pinned : {}));
  }

  /** Runs a call for a while, in which every answer must be the expected one. */
  async run(order: Order): Promise<Seen> {
    const seen = await this.watch(order);
    if (seen.faults > 0) throw new Error(`${order.call} at ${order.url}: ${seen.faults} faults`);
    return seen;
  }

  /** The same, and counts those that were not. */
  async watch(order: Order): Promise<Seen> {
    this.process.send(order);
    const [seen] = (await once(this.process, 'message')) as [Seen];
    return seen;
  }

  stop(): void {
    this.process.kill();
  }
}

/** Runs a call against a contestant once, from the state that it asks for. */
export async function measure(
  { servers, load }: { servers: Servers; load: Load },
  contestant: Target,
  call: Call,
  { seconds, rate }: { seconds: number; rate?: number },
): Promise<Run> {
  const { url, stores } = contestant;
  const { sql, flushCache } = call.prepare ?? {};
  if (sql !== undefined) await servers.run(stores.database, sql);
  if (flushCache) await servers.flushCache(stores);
  const etag = call.isConditional ? await etagOf(url + call.path(0)) : undefined;
  const statements = await servers.statements(stores.database);
  const { cpuMs } = contestant;
  const seen = await load.run({ call: call.name, url, seconds, rate, etag });
  const ran = (await servers.statements(stores.database)) - statements;
  return {
    ...seen,
    cpuUs: Math.round(((contestant.cpuMs - cpuMs) * 1_000) / seen.requests),
    statements: Math.round((ran / seen.requests) * 100) / 100,
  };
}

async function etagOf(url: string): Promise<string> {
  return (await fetch(url)).headers.get('etag') ?? '';
}
