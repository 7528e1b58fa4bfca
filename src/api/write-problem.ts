import type { IncomingMessage, ServerResponse } from 'node:http';

import { problemBody, problemKinds, type ProblemKind } from './problem.js';
import { requestIdIn, requestIdOf } from '../middleware/request-id.js';

/**
 * Answers with a problem in one step, past Express.
 * @param headers further ones, names and values in turns
 */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  { kind, detail, headers = [] }: { kind: ProblemKind; detail: string; headers?: string[] },
): void {
  // Who asked the cache first has an id already, which stands at the head of every answer.
  const known = requestIdIn(response);
  const requestId = known ?? requestIdOf(request);
  const body = problemBody(kind, { detail, url: request.url ?? '', requestId });
  const head = ['Content-Type', 'application/problem+json; charset=utf-8', ...headers];
  head.push('Content-Length', String(Buffer.byteLength(body)));
  if (known === undefined) head.push('X-Request-Id', requestId);
  response.writeHead(problemKinds[kind].status, head).end(body);
}
