import type { IncomingMessage, ServerResponse } from 'node:http';

import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { refusals } from '../telemetry/metrics.js';
import { problemBody, problemKinds, retryAfterSeconds } from './problem.js';
import { requestIdIn, requestIdOf } from './request-id.js';

const { status } = problemKinds.unavailable;
const detail = 'There is more to do than the service can do in time';

/**
 * Bounds the work in flight. What comes when MAX_IN_FLIGHT calls use the database or wait for it is told at once to come
 * again, so that those who were let in are answered in time.
 */
@Injectable()
export class Admission {
  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /** Refuses a request where there is too much to do; says whether it did. */
  refuses(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.database.inFlight < this.environment.MAX_IN_FLIGHT) return false;
    refusals.inc();
    refuse(request, response);
    return true;
  }

  /**
   * Stands before everything else.
   * @param isFree whether a request may need no database, and is let in
   */
  gate(isFree: (request: IncomingMessage) => boolean) {
    return (request: IncomingMessage, response: ServerResponse): boolean =>
      isFree(request) || !this.refuses(request, response);
  }
}

/** In one step, past Express and the log: under overload a refusal must cost little, or the refusals were the load. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  // Who asked the cache first has one already, which stands at the head of every answer.
  const known = requestIdIn(response);
  const requestId = known ?? requestIdOf(request);
  const body = problemBody('unavailable', { detail, url: request.url ?? '', requestId });
  const headers = ['Content-Type', 'application/problem+json; charset=utf-8'];
  headers.push('Retry-After', String(retryAfterSeconds), 'Content-Length', String(Buffer.byteLength(body)));
  if (known === undefined) headers.push('X-Request-Id', requestId);
  response.writeHead(status, headers).end(body);
}
