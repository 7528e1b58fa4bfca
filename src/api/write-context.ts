import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';

import { readerOf, type Reader } from './audience.js';
import { parseIfMatch } from './etags.js';
import { InvalidRequest } from './problem.js';

/** The caller of a write, and the headers that make it conditional or safe to repeat. */
export interface WriteContext {
  /** The subject of the caller's token, for the history; undefined if authentication is off. */
  actor: string | undefined;
  /** Who the response is for: what it may show, and which tickets the write may change. */
  reader: Reader;
  /** The versions that If-Match names; undefined if any version is accepted. */
  versions: readonly number[] | undefined;
  /** The Idempotency-Key of the client; undefined if it sent none. */
  idempotencyKey: string | undefined;
}

/** Injects the `WriteContext` of a request. */
export const WriteContext = createParamDecorator((_: unknown, context: ExecutionContext): WriteContext => {
  const http = context.switchToHttp();
  const { headers } = http.getRequest<Request>();
  return {
    actor: http.getResponse<Response>().locals.principal?.subject,
    reader: readerOf(http.getResponse<Response>()),
    versions: parseIfMatch(headers['if-match']),
    idempotencyKey: parseIdempotencyKey(headers['idempotency-key']),
  };
});

/**
 * Parses the Idempotency-Key: 1 to 255 visible ASCII characters.
 * @see The Idempotency-Key HTTP Header Field, draft-ietf-httpapi-idempotency-key-header
 */
function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined || (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)))
    return header;
  const message = 'must be 1 to 255 visible ASCII characters';
  throw new InvalidRequest([{ field: 'Idempotency-Key', message }]);
}
