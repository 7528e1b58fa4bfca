import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Response } from 'express';

/** What a client may call its request: nothing that could pass for something else in a line of a log. */
const requestId = /^[\w.:-]{1,128}$/;

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}/;

/** The id of a request: what its client calls it in X-Request-Id, or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestId.test(given) ? given : randomUUID();
}

/** Notes the id of the request that this is the answer to. */
export function setRequestId(response: Response, id: string): void {
  response.locals['requestId'] = id;
}

/** That id; undefined where the request was answered before it had one. */
export function requestIdIn(response: ServerResponse): string | undefined {
  const { locals } = response as Partial<Response>;
  return locals?.['requestId'] as string | undefined;
}

/** The trace that a request is a part of, by its header traceparent; nothing where it has none. */
export function traceOf({ headers }: IncomingMessage): { trace_id: string; parent_id: string } | undefined {
  const given = headers['traceparent'];
  const found = typeof given === 'string' ? traceparent.exec(given) : null;
  const [, trace_id, parent_id] = found ?? [];
  return trace_id === undefined || parent_id === undefined ? undefined : { trace_id, parent_id };
}
