import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { createApp } from './app.js';
import { Environment } from './config/environment.js';
import { EventStreams } from './events/event-streams.js';
import { closeAfterAnswers, drain, watchConnections } from './middleware/graceful-shutdown.js';
import { Readiness } from './observability/readiness.js';
import { NestLog, type Log } from './observability/log.js';
import { giveMetrics } from './observability/worker-metrics.js';

/** How long the connections to PostgreSQL and Redis may take to close. */
const closeMs = 3_000;

/** How long the last lines of the log may take, where nobody reads them. */
const flushMs = 1_000;

/** Sends the traces that are left. */
type StopTracing = () => Promise<void>;

/** What is to be ended. */
interface Serving {
  app: NestExpressApplication;
  connections: ReturnType<typeof watchConnections>;
  log: Log;
  stopTracing: StopTracing;
}

/** Ends in order: takes nothing new, answers what runs, closes what it holds. A second signal ends at once. */
async function shutDown({ app, connections, log, stopTracing }: Serving): Promise<void> {
  const { SHUTDOWN_DELAY } = app.get(Environment);
  const server = app.getHttpServer();
  // Whoever sends requests here is given the time to see that they should go elsewhere.
  app.get(Readiness).isEnding = true;
  closeAfterAnswers(server);
  await sleep(SHUTDOWN_DELAY * 1000);
  // A stream of the feed would go on for ever.
  app.get(EventStreams).end();
  await drain(server, connections);
  // Every request has been answered: nothing is lost if a server that is gone or frozen is not waited for.
  const closed = app.close().then(stopTracing);
  const failed = (error: unknown) => {
    log.warn(error, 'Not all could be closed in order');
  };
  await Promise.race([closed.catch(failed), sleep(closeMs)]);
  // Its end is told as an error too, where the output is a pipe that cannot be synchronised like a file.
  log.flush(() => process.exit(0));
  setTimeout(() => process.exit(0), flushMs);
}

/**
 * Runs the service in this process until a signal ends it.
 * @returns where it listens
 */
export async function serve(log: Log, stopTracing: StopTracing): Promise<string> {
  const logger = new NestLog(log);
  /** A start that fails is told once, by who called. */
  const startLogger: LoggerService = {
    log: () => undefined,
    error: () => undefined,
    warn: logger.warn.bind(logger),
  };
  const app = await createApp(log, startLogger);
  const connections = watchConnections(app.getHttpServer());
  await app.listen(app.get(Environment).PORT);
  app.useLogger(logger);
  if (cluster.isWorker) giveMetrics();
  const end = () => {
    process.off('SIGTERM', end).off('SIGINT', end);
    void shutDown({ app, connections, log, stopTracing });
  };
  process.on('SIGTERM', end);
  // A terminal interrupts the workers too, besides their primary, which then ends them in order.
  process.on('SIGINT', cluster.isPrimary ? end : () => undefined);
  return (await app.getUrl()).replace('[::1]', 'localhost');
}
