import type { INestApplication } from '@nestjs/common';
import type { RequestHandler } from 'express';

import { Access } from '../auth/access.js';
import { giveLeaseBack, readCache } from '../cache/cached-reads.js';
import { ResponseCache } from '../cache/response-cache.js';
import { Admission } from '../http/admission.js';
import { isRead } from '../http/is-read.js';
import { setRoute } from '../http/routes.js';
import { ticketKeyOfUrl } from './ticket-key.js';

/** Answers a ticket that is cached before its route is looked for; what is not cached goes on to its controller. */
export function cachedTickets(app: INestApplication): RequestHandler {
  const [access, admission] = [app.get(Access), app.get(Admission)];
  const cache = app.get(ResponseCache);
  return (request, response, next) => {
    const key = isRead(request) ? ticketKeyOfUrl(request.url) : undefined;
    if (key === undefined) {
      next();
      return;
    }
    setRoute(response, '/ticket/:ticket_id');
    access.demand('tickets:read', response);
    readCache(cache, key, request, response).then((isAnswered) => {
      if (isAnswered) return;
      if (admission.refuses(request, response)) giveLeaseBack(cache, response);
      else next();
    }, next);
  };
}
