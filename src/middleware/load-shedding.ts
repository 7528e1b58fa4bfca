import type { IncomingMessage, ServerResponse } from 'node:http';

import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { refusals } from '../observability/metrics.js';
import { answerProblem } from '../api/write-problem.js';
import { retryAfterSeconds } from '../api/problem.js';

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
   * Stands before everything else, and looks again once a body, a token or a count has been waited for.
   * @param isFree whether a request may need no database, and is let in
   */
  gate(isFree: (request: IncomingMessage) => boolean) {
    return (request: IncomingMessage, response: ServerResponse): boolean =>
      isFree(request) || !this.refuses(request, response);
  }
}

/** Past Express: under overload a refusal must cost little, or the refusals were the load. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  const headers = ['Retry-After', String(retryAfterSeconds)];
  answerProblem(request, response, { kind: 'unavailable', detail, headers });
}
