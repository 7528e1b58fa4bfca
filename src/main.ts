import 'reflect-metadata';

import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { readEnvironment } from './config/environment.js';
import { runWorkers } from './workers.js';

try {
  if (existsSync('.env')) process.loadEnvFile();
  const { WORKERS } = readEnvironment(process.env);
  const workers = WORKERS === 0 ? availableParallelism() : WORKERS;
  if (workers > 1 && cluster.isPrimary) announce(await runWorkers(workers));
  else {
    // The primary of workers has no use for all that the service is made of.
    const { serve } = await import('./serve.js');
    const url = await serve();
    if (cluster.isPrimary) announce(url);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function announce(url: string): void {
  console.log(`The ticket service listens on ${url}, its documentation is at /docs`);
}
