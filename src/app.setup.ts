import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

import { AppModule } from './app.module.js';
import { atTheEdge } from './http/edge.js';
import { PrototypedExpressAdapter } from './http/express.adapter.js';

/** Makes the service, ready to listen: its rooms, its HTTP edge and its documentation. */
export async function createApp(logger: LoggerService): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, new PrototypedExpressAdapter(), {
    abortOnError: false,
    bodyParser: false,
    logger,
  });
  // Validators of answers come with versions; a hash of each body would only cost time.
  app.disable('etag').disable('x-powered-by');
  app.use(atTheEdge());
  describe(app);
  return app;
}

/** Swagger UI at /docs, the OpenAPI document at /docs-json and /docs-yaml. */
function describe(app: NestExpressApplication): void {
  const document = new DocumentBuilder()
    .setTitle('Ticket System')
    .setDescription('A headless ticket service: tickets, their status and their comments.')
    .setVersion('1')
    .addServer('/')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addTag('Tickets', 'Create, read and move tickets.')
    .addTag('Comments', 'Comment on tickets.')
    .addTag('Events', 'Follow every change of every ticket.')
    .addTag('Health', 'Probes for an orchestrator.')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
  });
}
