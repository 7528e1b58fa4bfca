import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';

import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { createApp } from './app.setup.js';
import { Environment } from './config/environment.js';
import { EventStreams } from './events/event-streams.js';
import { drain } from './http/drain.js';

/** How long the connections to PostgreSQL and Redis may take to close. */
const closeMs = 3_000;

/** Ends in order: takes nothing new, answers what runs, closes what it holds. A second signal ends at once. */
async function shutDown(app: NestExpressApplication): Promise<void> {
  // A stream of the feed would go on for ever.
  app.get(EventStreams).end();
  await drain(app.getHttpServer());
  // Every request has been answered: nothing is lost if a server that is gone or frozen is not waited for.
  await Promise.race([app.close(), sleep(closeMs)]);
  process.exit(0);
}

/**
 * Runs the service in this process until a signal ends it.
 * @returns where it listens
 */
export async function serve(): Promise<string> {
  const logger = new ConsoleLogger({ json: !process.stdout.isTTY, logLevels: ['warn', 'error', 'fatal'] });
  /** Until the service listens, what ends it is said once, by who called. */
  const startLogger: LoggerService = {
    log: () => undefined,
    error: () => undefined,
    warn: logger.warn.bind(logger),
  };
  const app = await createApp(startLogger);
  await app.listen(app.get(Environment).PORT);
  app.useLogger(logger);
  process.once('SIGTERM', () => void shutDown(app));
  // A terminal interrupts the workers too, besides their primary, which then ends them in order.
  process.once('SIGINT', () => cluster.isPrimary && void shutDown(app));
  return (await app.getUrl()).replace('[::1]', 'localhost');
}
