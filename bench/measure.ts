import { setTimeout as sleep } from 'node:timers/promises';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { LoadRequest, LoadResult } from './load.js';
import type { Scenario } from './scenarios.js';
import type { Servers } from './servers.js';
import { baselines, canPin, type Target } from './targets.js';

/** One run of a scenario against a target: CPU time in microseconds and SQL statements, for each request. */
export interface Run extends LoadResult {
  cpuUs: number;
  postgresUs: number;
  statements: number;
}

/** The process that generates the load. */
export class LoadGenerator {
  private constructor(private readonly process: ChildProcess) {}

  /** @param isPinned whether it runs on the second core only, if the system supports pinning */
  static start(isPinned = true): LoadGenerator {
    const script = join(import.meta.dirname, 'load.js');
    const pinned = { execPath: 'taskset', execArgv: ['-c', '1', process.execPath] };
    return new LoadGenerator(fork(script, canPin && isPinned ? pinned : {}));
  }

  /**
   * Runs a scenario.
   * @throws Error if any response was not the expected one
   */
  async run(request: LoadRequest): Promise<LoadResult> {
    const result = await this.tryRun(request);
    if (result.errors > 0) throw new Error(`${request.scenario} at ${request.url}: ${result.errors} errors`);
    return result;
  }

  /** Runs a scenario and counts the errors. */
  async tryRun(request: LoadRequest): Promise<LoadResult> {
    this.process.send(request);
    const [result] = (await once(this.process, 'message')) as [LoadResult];
    return result;
  }

  stop(): void {
    this.process.kill();
  }
}

/** Runs a scenario against a target once, after its preparation. */
export async function measure(
  { servers, load }: { servers: Servers; load: LoadGenerator },
  target: Target,
  scenario: Scenario,
  { seconds, rate, clients }: { seconds: number; rate?: number; clients?: number | undefined },
): Promise<Run> {
  const { url, stores } = target;
  const { sql, flushCache } = scenario.prepare ?? {};
  const isBaseline = baselines.some(({ name }) => name === target.name);
  if (isBaseline && scenario.prepareBaseline !== undefined)
    await servers.query(stores.database, scenario.prepareBaseline);
  if (sql !== undefined) await servers.query(stores.database, sql);
  if (flushCache) await servers.flushCache(stores);
  else if (scenario.method === 'GET') await untilCached(url + scenario.path(0));
  const etag = scenario.isConditional ? await etagOf(url + scenario.path(0)) : undefined;
  const statementsBefore = await servers.countStatements(stores.database);
  const cpuMsBefore = target.cpuMs;
  const postgresMsBefore = servers.postgresCpuMs;
  const result = await load.run({ scenario: scenario.name, url, seconds, rate, clients, etag });
  const postgresMs = servers.postgresCpuMs - postgresMsBefore;
  const statements = (await servers.countStatements(stores.database)) - statementsBefore;
  return {
    ...result,
    cpuUs: Math.round(((target.cpuMs - cpuMsBefore) * 1_000) / result.requests),
    postgresUs: Math.round((postgresMs * 1_000) / result.requests),
    statements: Math.round((statements / result.requests) * 100) / 100,
  };
}

/** Waits until the cache of the service is on, which takes some seconds after the first start. */
async function untilCached(url: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (!/MISS|BYPASS/.test((await fetch(url)).headers.get('x-cache') ?? '')) return;
    await sleep(100);
  }
}

async function etagOf(url: string): Promise<string> {
  return (await fetch(url)).headers.get('etag') ?? '';
}
