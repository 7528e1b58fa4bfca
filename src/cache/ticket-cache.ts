import { Injectable } from '@nestjs/common';

import { cacheReads } from '../observability/metrics.js';
import { ResponseCache, type CacheEntry, type CacheResult } from './response-cache.js';
import { SingleFlight } from './single-flight.js';

/** A ticket from the cache or from the database. */
interface CachedTicket {
  entry: CacheEntry;
  outcome: CacheResult['outcome'];
}

/** The cache of single tickets. It alone knows their keys. */
@Injectable()
export class TicketCache {
  private readonly loads = new SingleFlight<CacheEntry>();

  constructor(private readonly responses: ResponseCache) {}

  /**
   * Returns a ticket from the cache, or loads it and stores it under the reader's lease.
   * @param load loads the ticket from the database; concurrent readers share one load
   */
  async read(id: number, load: () => Promise<CacheEntry>): Promise<CachedTicket> {
    const key = keyOf(id);
    const result = await this.responses.read(key);
    const { outcome } = result;
    cacheReads[outcome]++;
    if (outcome === 'HIT') return { outcome, entry: result.entry };
    const lease = outcome === 'MISS' ? result.lease : undefined;
    try {
      const entry = await this.loads.load(key, load, lease);
      if (outcome === 'MISS' && result.isOwn) await this.responses.fill(key, result.lease, entry);
      return { outcome, entry };
    } catch (error) {
      // While this lease is held, no other reader can fill the cache.
      if (outcome === 'MISS' && result.isOwn) void this.responses.invalidate(key);
      throw error;
    }
  }

  /** Removes tickets, after their change has been committed and before it is acknowledged. */
  async invalidate(ids: number[]): Promise<void> {
    await Promise.all(ids.map((id) => this.responses.invalidate(keyOf(id))));
  }
}

function keyOf(id: number): string {
  return `ticket:${id}`;
}
