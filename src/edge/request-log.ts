import type { Request, RequestHandler, Response } from 'express';

import type { Log } from '../telemetry/log.js';
import { requestSeconds } from '../telemetry/metrics.js';
import { requestIdOf, traceOf } from '../http/request-id.js';
import { routeOf } from '../http/routes.js';

/** Paths that can be written to a log: what is not of this kind may hold an e-mail address, or worse. */
const plainPath = /^[\w/-]{1,64}$/;

/** Gives every request an id, measures it, and writes a line of it to the log when it has been answered. */
export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const begin = performance.now();
    const id = requestIdOf(request);
    response.setHeader('X-Request-Id', id);
    response.once('close', () => {
      const seconds = (performance.now() - begin) / 1000;
      const route = routeOf(request);
      measure(request, response, { route, seconds });
      if (log.isLevelEnabled('info')) log.info(line(request, response, { id, route, seconds }), 'request');
    });
    next();
  };
}

function measure(
  { method }: Request,
  response: Response,
  { route, seconds }: { route: string; seconds: number },
): void {
  if (response.getHeader('Content-Type') === 'text/event-stream') return;
  requestSeconds.observe({ method, route, status: response.statusCode }, seconds);
}

/** Neither query, body nor token: they are the clients' business. */
function line(
  request: Request,
  response: Response,
  { id, route, seconds }: { id: string; route: string; seconds: number },
): object {
  const [path = ''] = request.originalUrl.split('?', 1);
  return {
    request_id: id,
    ...traceOf(request),
    method: request.method,
    route,
    ...(plainPath.test(path) && { path }),
    status: response.statusCode,
    ms: Math.round(seconds * 1e6) / 1e3,
    // An answer that was cut has not been sent as a whole.
    ...(!response.writableFinished && { aborted: true }),
    address: request.ip,
  };
}
