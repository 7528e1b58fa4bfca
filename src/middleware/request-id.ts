import { randomUUID } from 'node:crypto';

import type { RequestHandler } from 'express';

declare global {
  namespace Express {
    interface Locals {
      /** The id of the request. */
      requestId?: string;
    }
  }
}

/** Ids that a client may choose: text that cannot be mistaken for another part of a log line. */
const clientId = /^[\w.:-]{1,128}$/;

/** Gives every request an id: the client's X-Request-Id, or a new UUID. The response carries it. */
export function requestId(): RequestHandler {
  return ({ headers }, response, next) => {
    const given = headers['x-request-id'];
    const id = typeof given === 'string' && clientId.test(given) ? given : randomUUID();
    response.locals.requestId = id;
    response.locals.baseHeaders = [...(response.locals.baseHeaders ?? []), 'X-Request-Id', id];
    next();
  };
}
