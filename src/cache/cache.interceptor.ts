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
import type { Request } from 'express';
import { firstValueFrom, of, type Observable } from 'rxjs';

import { Answer } from '../http/answer.js';
import { matchesNone } from '../http/etag.js';
import { CoalescedLoads } from './coalesced-loads.js';
import { ResponseCache, type CacheEntry, type Reading } from './response-cache.js';

/** From the parameters of a path to the key of the thing it shows; undefined where it shows none. */
export type KeyOfPath = (parameters: Record<string, string>) => string | undefined;

const KEY_OF_PATH = 'cache:key-of-path';

/** Serves this call through the cache, and says so: X-Cache is HIT or MISS, or BYPASS where the cache is not in use. */
export function Cached(keyOfPath: KeyOfPath): MethodDecorator {
  return applyDecorators(SetMetadata(KEY_OF_PATH, keyOfPath), UseInterceptors(CacheInterceptor));
}

/** Answers from the cache where it can; else lets the call answer, and keeps the answer where the lease is its own. */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  private readonly loads = new CoalescedLoads<CacheEntry>();

  constructor(
    private readonly cache: ResponseCache,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request<Record<string, string>>>();
    const keyOfPath = this.reflector.get<KeyOfPath>(KEY_OF_PATH, context.getHandler());
    const key = keyOfPath(request.params);
    if (key === undefined) return next.handle();

    const reading = await this.cache.read(key);
    const entry = reading.outcome === 'HIT' ? reading.entry : await this.load(key, reading, next);
    const isKnown = !matchesNone(request.headers['if-none-match'], entry.etag);
    return of(new Answer(entry.body, { etag: entry.etag, cache: reading.outcome, isKnown }));
  }

  private async load(key: string, reading: Reading, next: CallHandler): Promise<CacheEntry> {
    const answer = () => firstValueFrom(next.handle()) as Promise<Answer<unknown>>;
    const lease = reading.outcome === 'MISS' ? reading.lease : undefined;
    const entry = await this.loads.load(key, async () => serialise(await answer()), lease);
    if (reading.outcome === 'MISS' && reading.isOwn) await this.cache.fill(key, reading.lease, entry);
    return entry;
  }
}

function serialise({ body, about }: Answer<unknown>): CacheEntry {
  return { body: JSON.stringify(body), etag: about.etag ?? '' };
}
