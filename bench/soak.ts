import { mkdirSync, writeFileSync } from 'node:fs';

import { LoadGenerator } from './measure.js';
import { scenarios } from './scenarios.js';
import { Servers } from './servers.js';
import { launch, service, stop, Target } from './targets.js';

/** Duration of the full load; the scenarios take turns. */
const minutes = Number(process.argv[2] ?? 10);
const secondsPerScenario = 5;

/** Measures a start on a migrated database: from the process to the first 200 of /health/ready. */
async function startMs({ stores }: Target): Promise<number> {
  const begin = performance.now();
  const { process, url } = await launch(service, stores.environment, false);
  while (!(await fetch(`${url}/health/ready`)).ok);
  const ms = Math.round(performance.now() - begin);
  await stop(process);
  return ms;
}

const servers = await Servers.start();
const load = LoadGenerator.start();
try {
  const target = await Target.start(servers, service, { number: 1 });
  const starts = [await startMs(target), await startMs(target), await startMs(target)];
  const memoryMb: number[] = [];
  let requests = 0;
  // Requests fail with 503 when PostgreSQL waits for its disk for longer than a second.
  let errors = 0;
  const end = Date.now() + minutes * 60_000;
  for (let turn = 0; Date.now() < end; turn++) {
    const scenario = scenarios[turn % scenarios.length];
    // Transitions and conditional reads need a preparation, which would pause the load.
    if (!scenario || scenario.isConditional || scenario.method === 'PUT') continue;
    const { name } = scenario;
    const result = await load.tryRun({ scenario: name, url: target.url, seconds: secondsPerScenario });
    requests += result.requests;
    errors += result.errors;
    memoryMb.push(target.memoryMb);
  }
  await target.stop();
  const results = { minutes, requests, errors, startToReadyMs: starts, memoryMb };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/soak.json', `${JSON.stringify(results, undefined, 2)}\n`);
  const secondHalf = memoryMb.slice(memoryMb.length / 2);
  console.log(
    `${requests} requests and ${errors} errors in ${minutes} minutes; start to ready: ${starts.join(', ')} ms`,
  );
  console.log(
    `Memory: at most ${Math.max(...memoryMb)} MB, ${Math.min(...secondHalf)} to ${Math.max(...secondHalf)} MB in the second half`,
  );
} finally {
  load.stop();
  await servers.stop();
}
