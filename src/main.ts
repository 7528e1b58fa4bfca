import type { NestExpressApplication } from '@nestjs/platform-express';

import { createApp } from './app.setup.js';
import { Environment } from './config/environment.js';
import { drain } from './http/drain.js';

/** Ends in order: takes nothing new, answers what runs, closes what it holds. A second signal ends at once. */
async function shutDown(app: NestExpressApplication): Promise<void> {
  await drain(app.getHttpServer());
  await app.close();
  process.exit(0);
}

try {
  const app = await createApp();
  await app.listen(app.get(Environment).PORT);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown(app));
  console.log(`The ticket service listens on ${await app.getUrl()}, its documentation is at /docs`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
