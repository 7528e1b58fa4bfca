import type { Response } from 'express';

import { Page } from './pagination.js';

/** What a call answers, where there is more to it than a body. */
export class ApiResponse<Body> {
  /**
   * @param body what is sent as JSON; a string is JSON already
   * @param about.etag the entity tag of what the body shows
   * @param about.location the path of what was created
   * @param about.replayed whether this was the answer to an earlier request with the same Idempotency-Key
   * @param about.cache whether the body came from the cache
   * @param about.isKnown whether the client has this very body already
   */
  constructor(
    readonly body: Body | string,
    readonly about: {
      etag?: string;
      location?: string;
      replayed?: boolean;
      cache?: string;
      isKnown?: boolean;
    } = {},
  ) {}
}

/** Sends what a call has returned: an answer, a page, or a plain object. */
export function sendResponse(response: Response, result: unknown, status: number): void {
  if (!(result instanceof ApiResponse)) {
    sendJson(response, result, status, result instanceof Page ? linkToNext(result, response) : []);
    return;
  }
  const { etag, location, replayed, cache, isKnown } = result.about;
  const headers: string[] = [];
  if (etag !== undefined) headers.push('ETag', etag);
  if (location !== undefined) headers.push('Location', location);
  if (replayed) headers.push('Idempotency-Replayed', 'true');
  if (cache !== undefined) headers.push('X-Cache', cache);
  if (isKnown) response.writeHead(304, headers).end();
  else sendJson(response, result.body, status, headers);
}

/** Express's own way looks for a type, a charset, an ETag and freshness, all of which are known here. */
function sendJson(response: Response, body: unknown, status: number, headers: string[]): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  headers.push('Content-Type', 'application/json; charset=utf-8');
  headers.push('Content-Length', String(Buffer.byteLength(text)));
  response.writeHead(status, headers).end(text);
}

/** Link rel="next" (RFC 8288): the same list from where this page ended. */
function linkToNext(page: Page<unknown>, { req }: Response): string[] {
  if (page.next_cursor === null) return [];
  const [path = ''] = req.originalUrl.split('?', 1);
  const parameters = new URLSearchParams(req.originalUrl.slice(path.length));
  parameters.set(page.cursorParameter(), page.next_cursor);
  return ['Link', `<${path}?${parameters.toString()}>; rel="next"`];
}
