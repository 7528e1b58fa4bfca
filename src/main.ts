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

const logger = new ConsoleLogger({ json: !process.stdout.isTTY, logLevels: ['warn', 'error', 'fatal'] });

/** Until the service listens, what ends it is said once, below, in one line. */
const startLogger: LoggerService = {
  log: () => undefined,
  error: () => undefined,
  warn: logger.warn.bind(logger),
};

try {
  const app = await createApp(startLogger);
  await app.listen(app.get(Environment).PORT);
  app.useLogger(logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown(app));
  console.log(
    `The ticket service listens on ${(await app.getUrl()).replace('[::1]', 'localhost')}, its documentation is at /docs`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
