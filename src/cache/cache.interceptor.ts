import { Injectable, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, of, type Observable } from 'rxjs';

import { ApiResponse } from '../api/api-response.js';
import { readerOf } from '../api/audience.js';
import { parseInteger } from '../api/field-rules.js';
import { Overloaded } from '../api/problem.js';
import { Database } from '../database/database.js';
import { CacheView } from './cache-view.js';
import type { CacheEntry } from './ports.js';
import { SharedReads } from './single-flight.js';
import { TicketCache, type CachedRead } from './ticket-cache.js';

/** Serves `GET …/:ticket_id` through the cache. X-Cache is HIT, MISS, or BYPASS while the cache is not in use. */
export function Cached(): MethodDecorator {
  return UseInterceptors(CacheInterceptor);
}

/** Removes the ticket of `…/:ticket_id` from the cache before a write is answered, whether it succeeds or fails. */
export function EvictsTicket(): MethodDecorator {
  return UseInterceptors(CacheInterceptor);
}

/** Reads tickets through the cache, and evicts them after writes. */
@Injectable()
class CacheInterceptor implements NestInterceptor {
  private readonly reads = new SharedReads<CachedRead>();

  constructor(
    private readonly cache: TicketCache,
    private readonly view: CacheView,
    private readonly database: Database,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { method, params } = context.switchToHttp().getRequest<Request>();
    const { audience } = readerOf(context.switchToHttp().getResponse<Response>());
    const id = parseInteger(params['ticket_id']);
    // The validation pipe refuses the id.
    if (id === undefined || !Number.isSafeInteger(id)) return next.handle();
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead) return of(await this.evictAfter(id, next));
    return of(await (audience === 'team' ? this.read(id, next) : this.bypass(next)));
  }

  private async read(id: number, next: CallHandler): Promise<ApiResponse<string>> {
    const begin = (readers: number) => this.cache.read(id, () => this.load(next), readers);
    const { entry, outcome } = await this.reads.read(String(id), begin);
    return new ApiResponse<string>(entry.body, { etag: entry.etag, cache: outcome });
  }

  /** The cache holds what the team sees. Requesters read from the database, whose statement decides what is theirs. */
  private async bypass(next: CallHandler): Promise<ApiResponse<string>> {
    const { body, etag } = await this.load(next);
    return new ApiResponse<string>(body, { etag, cache: 'BYPASS' });
  }

  private async load(next: CallHandler): Promise<CacheEntry> {
    // loadShedding admits these reads because a hit needs no database.
    if (this.database.isSaturated) throw new Overloaded();
    const { body, headers } = (await firstValueFrom(next.handle())) as ApiResponse<unknown>;
    return { body: JSON.stringify(body), etag: headers.etag ?? '' };
  }

  /** Rule 4: every answer evicts first, refusals and replays too. A write that could not is refused before anything is done. */
  private async evictAfter(id: number, next: CallHandler): Promise<unknown> {
    await this.view.require();
    try {
      return await firstValueFrom(next.handle());
    } finally {
      await this.cache.invalidate([{ id }]);
    }
  }
}
