import type { Response } from 'express';

import { etagMatches } from './etags.js';
import { Page } from './pagination.js';
import { isSafeMethod } from './routes.js';
import { endResponse } from './unsent-responses.js';

/** The result of an endpoint that sets more than the body. */
export class ApiResponse<Body> {
  /**
   * @param body the body; a string is JSON already, undefined is a response without a body
   * @param headers.etag the entity tag of the body; a GET whose If-None-Match names it gets 304
   * @param headers.location the path of the resource, which is sent as an address under PUBLIC_URL, or the URL of another server
   * @param headers.replayed whether this repeats the response to an earlier request with the same Idempotency-Key
   * @param headers.cache the value of X-Cache
   */
  constructor(
    readonly body: Body | string,
    readonly headers: { etag?: string; location?: string; replayed?: boolean; cache?: string } = {},
  ) {}
}

/** Sends the result of an endpoint: an ApiResponse, a page, or a plain object. */
export function sendResponse(response: Response, result: unknown, status: number, publicUrl: string): void {
  if (result instanceof Page) {
    sendJson(response, result.toText(), status, linkToNext(result, response, publicUrl));
    return;
  }
  if (!(result instanceof ApiResponse)) {
    sendJson(response, result, status, []);
    return;
  }
  const { etag, location, replayed, cache } = result.headers;
  const headers: string[] = [];
  if (etag !== undefined) headers.push('ETag', etag);
  // The address of another server is complete.
  if (location !== undefined)
    headers.push('Location', location.startsWith('/') ? publicUrl + location : location);
  if (replayed) headers.push('Idempotency-Replayed', 'true');
  if (cache !== undefined) headers.push('X-Cache', cache);
  const { req } = response;
  const isNotModified =
    etag !== undefined && isSafeMethod(req) && etagMatches(req.headers['if-none-match'], etag);
  if (isNotModified) response.writeHead(304, headers).end();
  else sendJson(response, result.body, status, headers);
}

/** Sends JSON. Express would look for a type, a charset, an ETag and freshness, which are all known here. */
function sendJson(response: Response, body: unknown, status: number, headers: string[]): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  headers.push('Content-Type', 'application/json; charset=utf-8');
  headers.push('Content-Length', String(length));
  response.writeHead(status, headers);
  endResponse(response, text, length);
}

/** Returns Link rel="next" (RFC 8288): the same list from the end of this page. */
function linkToNext(
  { next_cursor, cursorParameter }: Page<unknown>,
  { req }: Response,
  publicUrl: string,
): string[] {
  if (next_cursor === null) return [];
  const [path = ''] = req.originalUrl.split('?', 1);
  const parameters = new URLSearchParams(req.originalUrl.slice(path.length));
  parameters.set(cursorParameter, next_cursor);
  return ['Link', `<${publicUrl}${path}?${parameters.toString()}>; rel="next"`];
}
