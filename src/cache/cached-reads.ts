import type { Request, RequestHandler, Response } from 'express';

import { Answer, sendAnswer } from '../http/answer.js';
import { matchesNone } from '../http/etag.js';
import { cacheReads } from '../telemetry/metrics.js';
import type { CacheEntry, Reading, ResponseCache } from './response-cache.js';

/** From the parameters of a path to the key of the thing it shows; undefined where it shows none. */
export type KeyOfPath = (parameters: Record<string, string>) => string | undefined;

/** What was found in the cache, for the interceptor to go on with where it was no hit. */
export interface Lookup {
  key: string;
  reading: Reading;
}

/**
 * Looks a read up in the cache before anything else is done for it: a hit is answered at once, as it passes by guards,
 * pipes and interceptors it costs little more than half. All else goes on to the interceptor.
 */
export function readCache(
  cache: ResponseCache,
  keyOfPath: KeyOfPath,
): RequestHandler<Record<string, string>> {
  return (request, response, next) => {
    const key = keyOfPath(request.params);
    // A cached answer must not hide that a parameter is none of the call's.
    if (key === undefined || request.url.includes('?')) {
      next();
      return;
    }
    cache.read(key).then((reading) => {
      cacheReads.inc({ outcome: reading.outcome });
      if (reading.outcome === 'HIT') {
        sendAnswer(response, answerWith(reading.entry, 'HIT', request), 200);
        return;
      }
      response.locals['lookup'] = { key, reading } satisfies Lookup;
      next();
    }, next);
  };
}

/** What the middleware found for this request; undefined where it did not look. */
export function lookupOf(response: Response): Lookup | undefined {
  return response.locals['lookup'] as Lookup | undefined;
}

/** An entry as an answer, empty where the client has it already. */
export function answerWith(
  { body, etag }: CacheEntry,
  outcome: Reading['outcome'],
  request: Request<Record<string, string>>,
): Answer<string> {
  return new Answer(body, {
    etag,
    cache: outcome,
    isKnown: !matchesNone(request.headers['if-none-match'], etag),
  });
}
