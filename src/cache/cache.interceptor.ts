import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, of, type Observable } from 'rxjs';

import type { ApiResponse } from '../api/api-response.js';
import { toResponse, lookupOf, type CacheLookup } from './cache-lookup.js';
import { SingleFlight } from './single-flight.js';
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
  private readonly loads = new SingleFlight<CacheEntry>();

  constructor(private readonly cache: ResponseCache) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const lookup = lookupOf(http.getResponse<Response>());
    const entry = await (lookup ? this.load(lookup, next) : loadBy(next));
    return of(toResponse(entry, lookup?.reading.outcome ?? 'BYPASS', http.getRequest<Request>()));
  }

  private async load({ key, reading }: CacheLookup, next: CallHandler): Promise<CacheEntry> {
    const lease = reading.outcome === 'MISS' ? reading.lease : undefined;
    const entry = await this.loads.load(key, () => loadBy(next), lease);
    if (reading.outcome === 'MISS' && reading.isOwn) await this.cache.fill(key, reading.lease, entry);
    return entry;
  }
}

async function loadBy(next: CallHandler): Promise<CacheEntry> {
  const { body, about } = (await firstValueFrom(next.handle())) as ApiResponse<unknown>;
  return { body: JSON.stringify(body), etag: about.etag ?? '' };
}
