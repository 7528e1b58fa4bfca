import type { INestApplication } from '@nestjs/common';
import type { RequestHandler } from 'express';

import { AuthorizationService } from '../auth/authorization.service.js';
import { releaseLease, readCache } from '../cache/cache-lookup.js';
import { ResponseCache } from '../cache/response-cache.js';
import { Admission } from '../middleware/load-shedding.js';
import { isSafeMethod } from '../middleware/safe-method.js';
import { setRoute } from '../api/routes.js';
import { ticketKeyOfUrl } from './ticket-key.js';

/** Answers a ticket that is cached before its route is looked for; what is not cached goes on to its controller. */
export function cachedTickets(app: INestApplication): RequestHandler {
  const [access, admission] = [app.get(AuthorizationService), app.get(Admission)];
  const cache = app.get(ResponseCache);
  return (request, response, next) => {
    const key = isSafeMethod(request) ? ticketKeyOfUrl(request.url) : undefined;
    if (key === undefined) {
      next();
      return;
    }
    setRoute(response, '/ticket/:ticket_id');
    access.authorize('tickets:read', response);
    readCache(cache, key, request, response).then((isAnswered) => {
      if (isAnswered) return;
      if (admission.refuses(request, response)) releaseLease(cache, response);
      else next();
    }, next);
  };
}
