import 'reflect-metadata';

import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

import type { Environment } from './config/environment.js';
import { loadDotEnv, readEnvironment } from './config/read-environment.js';
import { createLog } from './observability/log.js';
import { errorMessage } from './observability/error-message.js';
import { runWorkers } from './workers.js';

const openWarning =
  'Nobody is asked who they are: whoever reaches the service may read and write (AUTH_REQUIRED is off)';

try {
  loadDotEnv();
  const environment = readEnvironment(process.env);
  const log = createLog(environment);
  const { WORKERS, AUTH_REQUIRED } = environment;
  const workers = WORKERS === 0 ? availableParallelism() : WORKERS;
  const announce = (url: string) => {
    // Said at any level: it is the one line that tells where.
    log
      .child({}, { level: 'info' })
      .info(`The ticket service listens on ${url}, its documentation is at /docs`);
    if (!AUTH_REQUIRED) log.warn(openWarning);
  };
  if (workers > 1 && cluster.isPrimary) announce(await runWorkers(workers, log));
  else {
    // The primary of workers has no use for all that the service is made of.
    const stopTracing = await trace(environment);
    const { serve } = await import('./serve.js');
    const url = await serve(log, stopTracing);
    if (cluster.isPrimary) announce(url);
  }
} catch (error) {
  console.error(errorMessage(error));
  process.exit(1);
}

/** Begins to trace if that is asked for: before anything is loaded that is to be traced. */
async function trace(environment: Environment): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME } = environment;
  if (OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return () => Promise.resolve();
  const { traceRequests } = await import('./observability/traces.js');
  return traceRequests(OTEL_SERVICE_NAME);
}
