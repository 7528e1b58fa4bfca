import type { INestApplication } from '@nestjs/common';
import cors from 'cors';
import type { RequestHandler } from 'express';

import { Access } from '../auth/access.js';
import { Redis } from '../cache/redis.js';
import { ResponseCache } from '../cache/response-cache.js';
import { Environment } from '../config/environment.js';
import { readBody } from '../http/body.js';
import { isRead } from '../http/is-read.js';
import { answerOptions } from '../http/routes.js';
import type { Log } from '../telemetry/log.js';
import { limitRate } from './rate-limit.js';
import { logRequests } from './request-log.js';

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
  const { CORS_ORIGINS, RATE_LIMIT, REDIS_KEY_PREFIX, TRUST_PROXY } = app.get(Environment);
  const access = app.get(Access);
  const counting = () => ({
    redis: app.get<Redis | undefined>(Redis),
    cache: app.get(ResponseCache),
    prefix: REDIS_KEY_PREFIX,
  });
  return [
    logRequests(log, TRUST_PROXY !== undefined),
    ...(CORS_ORIGINS ? [cors({ origin: CORS_ORIGINS, exposedHeaders, preflightContinue: true })] : []),
    ...(access.isAsked ? [access.identify()] : []),
    ...(RATE_LIMIT === undefined ? [] : [limitRate(RATE_LIMIT, counting())]),
    readBodies(),
  ];
}

/** By the method alone: a read goes straight on. */
function readBodies(): RequestHandler {
  const readItsBody = readBody();
  return (request, response, next) => {
    if (isRead(request)) next();
    else if (request.method === 'OPTIONS') answerOptions(request, response, next);
    else readItsBody(request, response, next);
  };
}
