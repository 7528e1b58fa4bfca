import 'reflect-metadata';

import { setTimeout as sleep } from 'node:timers/promises';

import type { LoggerService } from '@nestjs/common';

import type { Environment } from './config/environment.js';
import { loadDotEnv, readEnvironment } from './config/read-environment.js';
import { endChildren } from './database/child-processes.js';
import { closeAfterResponses, drain, Readiness, watchConnections } from './middleware/graceful-shutdown.js';
import { errorMessage } from './observability/error-message.js';
import { createLog, NestLog, type Log } from './observability/log.js';

/** Time limit for closing the connections to PostgreSQL and Redis. */
const closeTimeoutMs = 3_000;

/** Time limit for writing the last log lines when nothing reads the log. */
const flushTimeoutMs = 1_000;

/** Ends the process in order. */
export type ShutDown = () => Promise<void>;

/**
 * Starts the service. A start that fails writes one line and ends the process with 1.
 * @param termination aborted once the process must end
 * @param onShutDown takes the function that ends what was started so far, and later the one that ends the service
 */
export async function start(
  termination: AbortSignal,
  onShutDown: (shutDown: ShutDown) => void,
): Promise<void> {
  onShutDown(async () => {
    await endChildren();
    process.exit(0);
  });
  try {
    onShutDown(await run());
  } catch (error) {
    // A start that is interrupted fails too, because its PostgreSQL ends.
    if (termination.aborted) return;
    console.error(errorMessage(error));
    await endChildren();
    process.exit(1);
  }
}

/** Runs the service; returns the function that ends it in order. */
async function run(): Promise<ShutDown> {
  loadDotEnv();
  const environment = readEnvironment(process.env);
  const log = createLog(environment);
  const stopTracing = await startTracing(environment);
  // Loaded after tracing has started, because the instrumentation patches modules while they load.
  const { createApp } = await import('./app.js');
  const { EventStreams } = await import('./events/event-streams.js');

  const logger = new NestLog(log);
  const app = await createApp(log, warningsOnly(logger));
  const server = app.getHttpServer();
  const connections = watchConnections(server);
  await app.listen(environment.PORT);
  app.useLogger(logger);
  announce((await app.getUrl()).replace('[::1]', 'localhost'), environment, log);
  return async () => {
    app.get(Readiness).isShuttingDown = true;
    closeAfterResponses(server);
    // Gives load balancers time to notice that this replica is not ready.
    await sleep(environment.SHUTDOWN_DELAY * 1000);
    app.get(EventStreams).end();
    await drain(server, connections);
    // Every request has its response, so an unresponsive server can be abandoned.
    const closed = app
      .close()
      .then(stopTracing)
      .catch((error: unknown) => {
        log.warn(error, 'Some connections could not be closed');
      });
    await Promise.race([closed, sleep(closeTimeoutMs)]);
    exitAfterFlush(log);
  };
}

/** Starts tracing if OTEL_EXPORTER_OTLP_ENDPOINT is set; returns a function that sends the remaining spans. */
async function startTracing(environment: Environment): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME } = environment;
  if (OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return () => Promise.resolve();
  const { traceRequests } = await import('./observability/traces.js');
  return traceRequests(OTEL_SERVICE_NAME);
}

/** Logs only warnings, because a start that fails reports its error once, on standard error. */
function warningsOnly(logger: NestLog): LoggerService {
  return { log: () => undefined, error: () => undefined, warn: logger.warn.bind(logger) };
}

/** Exits once the log is written. A pipe that nothing reads reports no end, so there is a time limit. */
function exitAfterFlush(log: Log): void {
  log.flush(() => process.exit(0));
  setTimeout(() => process.exit(0), flushTimeoutMs);
}

function announce(url: string, { AUTH_REQUIRED, JWT_JWKS_URL, JWT_HS256 }: Environment, log: Log): void {
  // Written at every LOG_LEVEL, because no other line contains the address.
  const always = log.child({}, { level: 'info' });
  always.info(`The ticket service listens on ${url}, its documentation is at /docs`);
  const signer = JWT_JWKS_URL === undefined || JWT_HS256 ? 'SECRET_KEY' : '';
  const signers = [JWT_JWKS_URL ?? '', signer].filter((each) => each !== '').join(' or ');
  if (AUTH_REQUIRED)
    always.info(
      `Authentication is on, by tokens of ${signers}: tickets:read and tickets:write apply to all tickets, tickets:own to those of the token's address.`,
    );
  else
    log.warn(
      'Authentication is off (AUTH_REQUIRED=false): anyone who can reach the service can read and write.',
    );
}
