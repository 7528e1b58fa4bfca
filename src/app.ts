import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { RequestHandler } from 'express';

import { PrototypedExpressAdapter } from './api/express.adapter.js';
import { operationId, toOpenApi31 } from './api/openapi.js';
import { Problem } from './api/problem.js';
import { parseQuery } from './api/query-parser.js';
import { options } from './api/routes.js';
import { writeProblem } from './api/write-problem.js';
import { AppModule } from './app.module.js';
import { TokenService } from './auth/token.service.js';
import { Redis } from './cache/redis.js';
import { Environment } from './config/environment.js';
import { Database } from './database/database.js';
import { accessLog } from './middleware/access-log.js';
import { authenticate } from './middleware/authenticate.js';
import { bodyParser } from './middleware/body-parser.js';
import { compose } from './middleware/compose.js';
import { crossOrigin } from './middleware/cors.js';
import { loadShedding } from './middleware/load-shedding.js';
import { rateLimit } from './middleware/rate-limit.js';
import { requestId } from './middleware/request-id.js';
import { secureHeaders } from './middleware/secure-headers.js';
import { about } from './observability/index.controller.js';
import type { Log } from './observability/log.js';
import { webhookRequests } from './webhooks/webhook.docs.js';

/**
 * Creates the service, ready to listen.
 * @param log receives a line for each request
 * @param logger receives the startup errors
 */
export async function createApp(log: Log, logger: LoggerService): Promise<NestExpressApplication> {
  const adapter = new PrototypedExpressAdapter();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, adapter, {
    abortOnError: false,
    bodyParser: false,
    logger,
  });
  // ETags are versions of tickets. A hash of each body would only cost time.
  app.disable('etag').disable('x-powered-by');
  const environment = app.get(Environment);
  const { TRUST_PROXY, PUBLIC_URL } = environment;
  if (TRUST_PROXY) app.set('trust proxy', trustedProxies(TRUST_PROXY));
  app.set('query parser', parseQuery);
  app.use(compose(middlewares(app, log)));
  adapter.publicUrl = PUBLIC_URL;
  adapter.onUnreadableTarget(compose([secureHeaders(varyOf(environment)), requestId(), rejectTarget]));
  serveDocs(app, PUBLIC_URL);
  return app;
}

/**
 * Returns the middleware of every request, in the order of execution. After these come the guards (scope, known query
 * parameters), the CacheInterceptor of the routes that have it, the validation pipe, the handler, and the filter that writes
 * problems. Disabled features install no middleware.
 */
function middlewares(app: NestExpressApplication, log: Log): RequestHandler[] {
  const environment = app.get(Environment);
  const { AUTH_REQUIRED, METRICS_AUTH_REQUIRED, CORS_ORIGINS, RATE_LIMIT, REDIS_KEY_PREFIX } = environment;
  const shedLoad = loadShedding(app.get(Database));
  const redis = app.get<Redis | undefined>(Redis);
  return [
    secureHeaders(varyOf(environment)),
    requestId(),
    shedLoad,
    accessLog(log, environment.TRUST_PROXY !== undefined),
    ...(CORS_ORIGINS ? [crossOrigin(CORS_ORIGINS)] : []),
    ...(AUTH_REQUIRED || METRICS_AUTH_REQUIRED ? [authenticate(app.get(TokenService), environment)] : []),
    ...(RATE_LIMIT === undefined ? [] : [rateLimit(RATE_LIMIT, redis, REDIS_KEY_PREFIX)]),
    options(),
    bodyParser(),
    // Again, because the token, the counter and the body took time.
    shedLoad,
  ];
}

/** Returns the request headers that decide about responses. Accept decides between a page and a stream of the feed. */
function varyOf({ AUTH_REQUIRED, CORS_ORIGINS }: Environment): string[] {
  return ['Accept', ...(AUTH_REQUIRED ? ['Authorization'] : []), ...(CORS_ORIGINS ? ['Origin'] : [])];
}

const rejectTarget: RequestHandler = (request, response) => {
  writeProblem(request, response, new Problem('invalid-request', 'The request target cannot be parsed'));
};

/** Returns the proxies as Express takes them: their number, or their addresses. */
function trustedProxies(proxies: string[]): number | string[] {
  const [count = ''] = proxies;
  return proxies.length === 1 && /^\d+$/.test(count) ? Number(count) : proxies;
}

/** Serves Swagger UI at /docs and the OpenAPI document at /docs-json and /docs-yaml. */
function serveDocs(app: NestExpressApplication, publicUrl: string): void {
  const document = new DocumentBuilder()
    .setTitle(about.name)
    .setDescription(about.description)
    .setVersion('1')
    .addServer(publicUrl || '/')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth({
      type: 'http',
      description: 'A token of `npm run token`; required if AUTH_REQUIRED is true.',
    })
    .addTag('Tickets', 'Create, read and transition tickets.')
    .addTag('Comments', 'Comment on tickets.')
    .addTag('Attachments', 'Attach files to tickets.')
    .addTag('Events', 'Follow every change of every ticket.')
    .addTag('Webhooks', 'Receive every change by HTTP.')
    .addTag('Transfer', 'Import and export all tickets.')
    .addTag('Privacy', 'Erase and redact personal data.')
    .addTag('Health', 'What the service is, probes for an orchestrator, and metrics for Prometheus.')
    .build();
  const naming = { operationIdFactory: operationId };
  const create = () => toOpenApi31(SwaggerModule.createDocument(app, document, naming), webhookRequests);
  SwaggerModule.setup('docs', app, create, { jsonDocumentUrl: 'docs-json', yamlDocumentUrl: 'docs-yaml' });
}
