import type { Request, Response } from 'express';

import { ApiResponse, sendResponse } from '../api/api-response.js';
import { etagMatches } from '../api/etags.js';
import { cacheReads } from '../observability/metrics.js';
import type { CacheEntry, CacheResult, ResponseCache } from './response-cache.js';

/** What was found in the cache, for the interceptor to go on with where it was no hit. */
export interface CacheLookup {
  key: string;
  reading: CacheResult;
}

/**
 * Looks a read up in the cache before anything else is done for it: a hit is answered at once, as it passes by routes,
 * guards, pipes and interceptors it costs little more than half. All else goes on to the interceptor.
 * @returns whether it was a hit
 */
export async function readCache(
  cache: ResponseCache,
  key: string,
  request: Request,
  response: Response,
): Promise<boolean> {
  const reading = await cache.read(key);
  cacheReads[reading.outcome]++;
  if (reading.outcome === 'HIT') {
    sendResponse(response, toResponse(reading.entry, 'HIT', request), 200);
    return true;
  }
  response.locals['lookup'] = { key, reading } satisfies CacheLookup;
  return false;
}

/** For a read that goes no further: until its lease has ended, nobody else could fill the cache. */
export function releaseLease(cache: ResponseCache, response: Response): void {
  const { key, reading } = lookupOf(response) ?? {};
  if (key !== undefined && reading?.outcome === 'MISS' && reading.isOwn) void cache.invalidate(key);
}

/** What was found for this request; undefined where it was not looked for. */
export function lookupOf(response: Response): CacheLookup | undefined {
  return response.locals['lookup'] as CacheLookup | undefined;
}

/** An entry as an answer, empty where the client has it already. */
export function toResponse(
  { body, etag }: CacheEntry,
  outcome: CacheResult['outcome'],
  request: Request,
): ApiResponse<string> {
  return new ApiResponse(body, {
    etag,
    cache: outcome,
    isKnown: etagMatches(request.headers['if-none-match'], etag),
  });
}
