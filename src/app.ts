import type { IncomingMessage } from 'node:http';

import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { RequestHandler } from 'express';

import { AppModule } from './app.module.js';
import { Environment } from './config/environment.js';
import { edgeOf } from './middleware/edge.js';
import { secureHeaders } from './middleware/secure-headers.js';
import { Admission } from './middleware/load-shedding.js';
import { PrototypedExpressAdapter } from './api/express.adapter.js';
import { compose } from './middleware/compose.js';
import { isSafeMethod } from './middleware/safe-method.js';
import type { Log } from './observability/log.js';
import { cachedTickets } from './tickets/cached-tickets.js';
import { ticketKeyOfUrl } from './tickets/ticket-key.js';

/** What needs no database, or too little to be refused: the probes, the metrics and the documentation. */
const free = /^\/(health|metrics|docs)/;

/** A ticket may be cached; one that is not is refused after it was looked for. */
function isFree(request: IncomingMessage): boolean {
  const { url = '' } = request;
  return isSafeMethod(request) && (free.test(url) || ticketKeyOfUrl(url) !== undefined);
}

/**
 * Makes the service, ready to listen: its rooms, its HTTP edge and its documentation.
 * @param log takes a line of each request
 * @param logger is told what goes wrong while it starts
 */
export async function createApp(log: Log, logger: LoggerService): Promise<NestExpressApplication> {
  const adapter = new PrototypedExpressAdapter();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, adapter, {
    abortOnError: false,
    bodyParser: false,
    logger,
  });
  const gate = app.get(Admission).gate(isFree);
  adapter.setGate(gate);
  adapter.setHeaders(secureHeaders);
  // Validators of answers come with versions; a hash of each body would only cost time.
  app.disable('etag').disable('x-powered-by');
  const { TRUST_PROXY } = app.get(Environment);
  if (TRUST_PROXY) app.set('trust proxy', proxiesOf(TRUST_PROXY));
  const gateAgain: RequestHandler = (request, response, next) => {
    if (gate(request, response)) next();
  };
  app.use(compose([...edgeOf(app, log), cachedTickets(app), gateAgain]));
  serveDocs(app);
  return app;
}

/** As Express takes them: how many there are, or which. */
function proxiesOf(trusted: string[]): number | string[] {
  const [count = ''] = trusted;
  return trusted.length === 1 && /^\d+$/.test(count) ? Number(count) : trusted;
}

/** Swagger UI at /docs, the OpenAPI document at /docs-json and /docs-yaml. */
function serveDocs(app: NestExpressApplication): void {
  const document = new DocumentBuilder()
    .setTitle('Ticket System')
    .setDescription('A headless ticket service: tickets, their status and their comments.')
    .setVersion('1')
    .addServer('/')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth({
      type: 'http',
      description: 'A token of `npm run token`; needed where AUTH_REQUIRED is on.',
    })
    .addTag('Tickets', 'Create, read and move tickets.')
    .addTag('Comments', 'Comment on tickets.')
    .addTag('Events', 'Follow every change of every ticket.')
    .addTag('Health', 'Probes for an orchestrator, and metrics for Prometheus.')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
  });
}
