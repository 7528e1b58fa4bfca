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
 * What it finds was looked up by `readCache` before; a read that was not is a BYPASS too.
 */
export function Cached(): MethodDecorator {
  return UseInterceptors(CacheInterceptor);
}

/** Lets the call answer what the cache did not hold, and keeps the answer where the lease is its own. */
@Injectable()
class CacheInterceptor implements NestInterceptor {
  private readonly loads = new CoalescedLoads<CacheEntry>();

  constructor(private readonly cache: ResponseCache) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const lookup = lookupOf(http.getResponse<Response>());
    const entry = await (lookup ? this.load(lookup, next) : loadBy(next));
    return of(answerWith(entry, lookup?.reading.outcome ?? 'BYPASS', http.getRequest<Request>()));
  }

  private async load({ key, reading }: Lookup, next: CallHandler): Promise<CacheEntry> {
    const lease = reading.outcome === 'MISS' ? reading.lease : undefined;
    const entry = await this.loads.load(key, () => loadBy(next), lease);
    if (reading.outcome === 'MISS' && reading.isOwn) await this.cache.fill(key, reading.lease, entry);
    return entry;
  }
}

async function loadBy(next: CallHandler): Promise<CacheEntry> {
  const { body, about } = (await firstValueFrom(next.handle())) as Answer<unknown>;
  return { body: JSON.stringify(body), etag: about.etag ?? '' };
}
