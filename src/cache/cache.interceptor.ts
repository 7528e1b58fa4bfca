import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, of, type Observable } from 'rxjs';

import type { Answer } from '../http/answer.js';
import { answerWith, lookupOf, type Lookup } from './cached-reads.js';
import { CoalescedLoads } from './coalesced-loads.js';
import { ResponseCache, type CacheEntry } from './response-cache.js';

/**
 * Serves this call through the cache, and says so: X-Cache is HIT or MISS, or BYPASS where the cache is not in use.
 * Its module must have the route read the cache first, by `readCache`.
 */
export function Cached(): MethodDecorator {
  return UseInterceptors(CacheInterceptor);
}

/** Lets the call answer what the cache did not hold, and keeps the answer where the lease is its own. */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  private readonly loads = new CoalescedLoads<CacheEntry>();

  constructor(private readonly cache: ResponseCache) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const lookup = lookupOf(http.getResponse<Response>());
    if (!lookup) return next.handle();
    const entry = await this.load(lookup, next);
    const request = http.getRequest<Request<Record<string, string>>>();
    return of(answerWith(entry, lookup.reading.outcome, request));
  }

  private async load({ key, reading }: Lookup, next: CallHandler): Promise<CacheEntry> {
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
