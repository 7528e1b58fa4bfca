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
import { concatMap, from, of, type Observable } from 'rxjs';

import { ResponseCache } from './response-cache.js';

/** From the parameters of a path to the key of the thing it shows; undefined where it shows none. */
export type KeyOfPath = (parameters: Record<string, string>) => string | undefined;

const KEY_OF_PATH = 'cache:key-of-path';

/** Serves this call through the cache, and says so: X-Cache is HIT or MISS. */
export function Cached(keyOfPath: KeyOfPath): MethodDecorator {
  return applyDecorators(SetMetadata(KEY_OF_PATH, keyOfPath), UseInterceptors(CacheInterceptor));
}

/** The headers of a cached call, for /docs. */
export const cacheHeaders = {
  'X-Cache': {
    description: 'Whether the answer came from the cache',
    schema: { type: 'string', enum: ['HIT', 'MISS'] },
  },
};

/** Answers from the cache where it can; else lets the call answer, and keeps the body it answered with. */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    private readonly cache: ResponseCache,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const keyOfPath = this.reflector.get<KeyOfPath>(KEY_OF_PATH, context.getHandler());
    const key = keyOfPath(http.getRequest<Request<Record<string, string>>>().params);
    if (key === undefined) return next.handle();

    const response = http.getResponse<Response>();
    const kept = await this.cache.read(key);
    if (kept !== undefined) return of(answer(response, kept, 'HIT'));
    return next.handle().pipe(concatMap((result) => from(this.keep(key, result, response))));
  }

  private async keep(key: string, result: unknown, response: Response): Promise<string> {
    const body = JSON.stringify(result);
    await this.cache.fill(key, body);
    return answer(response, body, 'MISS');
  }
}

/** Nest sends a string as it stands. */
function answer(response: Response, body: string, outcome: 'HIT' | 'MISS'): string {
  response.type('application/json').set('X-Cache', outcome);
  return body;
}
