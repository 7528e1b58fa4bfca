import type { INestApplication } from '@nestjs/common';
import cors from 'cors';
import type { RequestHandler } from 'express';

import { TokenService } from '../auth/token.service.js';
import { Redis } from '../cache/redis.js';
import { ResponseCache } from '../cache/response-cache.js';
import { Environment } from '../config/environment.js';
import { authenticate } from './authenticate.js';
import { bodyParser } from './body-parser.js';
import { isSafeMethod } from './safe-method.js';
import { answerOptions } from '../api/routes.js';
import type { Log } from '../observability/log.js';
import { rateLimit } from './rate-limit.js';
import { accessLog } from './access-log.js';

/** The headers that a script of another origin may see, besides those that it may see anyway. */
const exposedHeaders = [
  'ETag',
  'Link',
  'Location',
  'X-Cache',
  'X-Request-Id',
  'Idempotency-Replayed',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
];

/** What every request meets before its route is looked for, in this order. What is not asked for is not there. */
export function edgeOf(app: INestApplication, log: Log): RequestHandler[] {
  const environment = app.get(Environment);
  const { CORS_ORIGINS, RATE_LIMIT, REDIS_KEY_PREFIX, TRUST_PROXY } = environment;
  const usesTokens = environment.AUTH_REQUIRED || environment.METRICS_AUTH_REQUIRED;
  const counting = () => ({
    redis: app.get<Redis | undefined>(Redis),
    cache: app.get(ResponseCache),
    prefix: REDIS_KEY_PREFIX,
  });
  return [
    accessLog(log, TRUST_PROXY !== undefined),
    ...(CORS_ORIGINS ? [cors({ origin: CORS_ORIGINS, exposedHeaders, preflightContinue: true })] : []),
    ...(usesTokens ? [authenticate(app.get(TokenService), environment)] : []),
    ...(RATE_LIMIT === undefined ? [] : [rateLimit(RATE_LIMIT, counting())]),
    readBodies(),
  ];
}

/** By the method alone: a read goes straight on. */
function readBodies(): RequestHandler {
  const readItsBody = bodyParser();
  return (request, response, next) => {
    if (isSafeMethod(request)) next();
    else if (request.method === 'OPTIONS') answerOptions(request, response, next);
    else readItsBody(request, response, next);
  };
}
