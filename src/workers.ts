import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Log } from './observability/log.js';
import { gatherMetrics } from './observability/worker-metrics.js';

/** How long after the end of a worker another one takes its place, so that a fault of all does not make a storm of starts. */
const pauseMs = 250;

/**
 * Runs several processes of the service on one port. One that ends is replaced; a signal ends them all in order; one
 * that cannot start ends the service, as the others could not start either, unless they serve already.
 * @returns where they listen, once all of them do
 */
export function runWorkers(count: number, log: Log): Promise<string> {
  const listening = new Set<Worker>();
  let haveStarted = false;
  let isEnding = false;
  gatherMetrics();

  const end = (signal: NodeJS.Signals) => {
    isEnding = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  };
  process.once('SIGTERM', end).once('SIGINT', () => {
    end('SIGTERM');
  });
  cluster.on('exit', (worker, code) => {
    if (!listening.delete(worker) && !haveStarted && !isEnding) process.exit(code || 1);
    if (isEnding && Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
    if (!isEnding) void replace(worker);
  });
  const replace = async ({ process: { pid = 0, exitCode, signalCode } }: Worker) => {
    log.warn(`Worker ${pid} has ended (${signalCode ?? exitCode ?? ''}); another takes its place`);
    await sleep(pauseMs);
    if (!isEnding) cluster.fork();
  };

  return new Promise((resolve) => {
    cluster.on('listening', (worker, { port }) => {
      listening.add(worker);
      if (listening.size < count) return;
      haveStarted = true;
      resolve(`http://localhost:${port}`);
    });
    for (let n = 0; n < count; n++) cluster.fork();
  });
}
