import {
  Injectable,
  SetMetadata,
  UseInterceptors,
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { concatMap, from, map, of, type Observable } from 'rxjs';

import type { Answer } from '../http/answer.js';
import { etagOf, matchesNone } from '../http/etag.js';
import { ResponseCache, type CacheEntry } from './response-cache.js';

/** From the parameters of a path to the key of the thing it shows; undefined where it shows none. */
export type KeyOfPath = (parameters: Record<string, string>) => string | undefined;

const KEY_OF_PATH = 'cache:key-of-path';

/** Serves this call through the cache, and says so: X-Cache is HIT or MISS. */
export function Cached(keyOfPath: KeyOfPath): MethodDecorator {
  return applyDecorators(SetMetadata(KEY_OF_PATH, keyOfPath), UseInterceptors(CacheInterceptor));
}

/** Answers from the cache where it can; else lets the call answer, and keeps the body it answered with. */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    private readonly cache: ResponseCache,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request<Record<string, string>>>();
    const keyOfPath = this.reflector.get<KeyOfPath>(KEY_OF_PATH, context.getHandler());
    const key = keyOfPath(request.params);
    if (key === undefined) return next.handle();

    const response = http.getResponse<Response>();
    const kept = await this.cache.read(key);
    if (kept !== undefined) return of(send(kept, 'HIT', request, response));
    return next.handle().pipe(
      concatMap((answer: Answer<unknown>) => from(this.keep(key, answer))),
      map((entry) => send(entry, 'MISS', request, response)),
    );
  }

  private async keep(key: string, { body, about }: Answer<unknown>): Promise<CacheEntry> {
    const entry = { body: JSON.stringify(body), etag: etagOf(about.version ?? 0) };
    await this.cache.fill(key, entry);
    return entry;
  }
}

/** Nest sends a string as it stands, and nothing of it with a 304. */
function send(
  { body, etag }: CacheEntry,
  outcome: 'HIT' | 'MISS',
  request: Request<Record<string, string>>,
  response: Response,
): string {
  response.type('application/json').set({ ETag: etag, 'X-Cache': outcome });
  if (matchesNone(request.get('if-none-match'), etag)) return body;
  response.status(304);
  return '';
}
