import { mkdirSync, writeFileSync } from 'node:fs';

import { calls } from './calls.js';
import { Target, launch, stop } from './targets.js';
import { Load } from './measure.js';
import { Servers } from './servers.js';

/** How long the service is kept at full speed, and how long each call is asked for before the next. */
const minutes = Number(process.argv[2] ?? 10);
const secondsOfCall = 5;

/** How long a start takes on a database that is migrated already, from the process to the first answer of /health/ready. */
async function startMs({ stores }: Target): Promise<number> {
  const begin = performance.now();
  const { process, url } = await launch('service', stores.environment, false);
  while (!(await fetch(`${url}/health/ready`)).ok);
  const ms = Math.round(performance.now() - begin);
  await stop(process);
  return ms;
}

const servers = await Servers.start();
const load = Load.start();
try {
  const service = await Target.start(servers, 'service', 1);
  const starts = [await startMs(service), await startMs(service), await startMs(service)];
  const memoryMb: number[] = [];
  let requests = 0;
  // Where PostgreSQL waits for its disk for longer than a second, those behind are told to come again.
  let faults = 0;
  const end = Date.now() + minutes * 60_000;
  for (let turn = 0; Date.now() < end; turn++) {
    const call = calls[turn % calls.length];
    // Moves and conditional reads need a preparation of their own, which would be a pause.
    if (!call || call.isConditional || call.method === 'PUT') continue;
    const seen = await load.watch({ call: call.name, url: service.url, seconds: secondsOfCall });
    requests += seen.requests;
    faults += seen.faults;
    memoryMb.push(service.memoryMb);
  }
  await service.stop();
  const result = { minutes, requests, faults, startToReadyMs: starts, memoryMb };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/soak.json', `${JSON.stringify(result, undefined, 2)}\n`);
  const half = memoryMb.slice(memoryMb.length / 2);
  console.log(
    `${requests} requests and ${faults} faults in ${minutes} minutes; start to ready: ${starts.join(', ')} ms`,
  );
  console.log(
    `Memory: at most ${Math.max(...memoryMb)} MB, in the second half ${Math.min(...half)} to ${Math.max(...half)}`,
  );
} finally {
  load.stop();
  await servers.stop();
}
