import type { Request, RequestHandler, Response } from 'express';

import type { Log } from '../observability/log.js';
import { requestSeconds } from '../observability/metrics.js';
import { requestIdOf, setRequestId, traceOf } from './request-id.js';
import { routeOf } from '../api/routes.js';

/** Paths that can be written to a log: what is not of this kind may hold an e-mail address, or worse. */
const plainPath = /^[\w/-]{1,64}$/;

/** What is known of a request when it has been answered. */
interface Answered {
  id: string;
  address: string | undefined;
  route: string;
  seconds: number;
}

/**
 * Gives every request an id, measures it, and writes a line of it to the log when it has been answered.
 * @param hasProxies whether the address of a client is told by a proxy
 */
export function accessLog(log: Log, hasProxies: boolean): RequestHandler {
  return (request, response, next) => {
    const begin = performance.now();
    const id = requestIdOf(request);
    // Asked of Express it costs more than the rest of the line.
    const address = hasProxies ? request.ip : request.socket.remoteAddress;
    setRequestId(response, id);
    response.on('close', () => {
      const seconds = (performance.now() - begin) / 1000;
      const answered = { id, address, route: routeOf(request, response), seconds };
      measure(request, response, answered);
      if (log.isLevelEnabled('info')) log.info(line(request, response, answered), 'request');
    });
    next();
  };
}

function measure({ method }: Request, response: Response, { route, seconds }: Answered): void {
  if (response.getHeader('Content-Type') === 'text/event-stream') return;
  requestSeconds.observe({ method, route, status: response.statusCode }, seconds);
}

/** Neither query, body nor token: they are the clients' business. */
function line(request: Request, response: Response, { id, address, route, seconds }: Answered): object {
  const [path = ''] = request.originalUrl.split('?', 1);
  const trace = traceOf(request);
  // What is undefined is left out.
  return {
    request_id: id,
    trace_id: trace?.trace_id,
    parent_id: trace?.parent_id,
    method: request.method,
    route,
    path: plainPath.test(path) ? path : undefined,
    status: response.statusCode,
    ms: Math.round(seconds * 1e6) / 1e3,
    // An answer that was cut has not been sent as a whole.
    aborted: response.writableFinished ? undefined : true,
    address,
  };
}
