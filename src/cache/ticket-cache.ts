import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Deadline } from '../database/deadline.js';
import { cacheReads } from '../observability/metrics.js';
import { CacheKeeper } from './cache-keeper.js';
import { CacheView, type Place, type View } from './cache-view.js';
import { CacheStore, NotPrimary, type CacheEntry } from './ports.js';
import { SingleFlight } from './single-flight.js';

/** Longer answers are not cached, so that no reader waits behind them. */
const maxCharacters = 64 * 1024;

/** The result of a read, and where it came from. */
export interface CachedRead {
  entry: CacheEntry;
  outcome: 'HIT' | 'MISS' | 'BYPASS';
}

/** A ticket that was changed, and the lowest version that may stay in the cache; without one, none may. */
export interface ChangedTicket {
  id: number;
  version?: number;
}

/**
 * The cache of single tickets. After a write is acknowledged, no replica answers with what was before it. docs/cache.md has the rules.
 * @see Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, section 3.2.1, for leases
 */
@Injectable()
export class TicketCache {
  private readonly loads = new SingleFlight<CacheEntry>();
  private readonly process = randomBytes(9).toString('base64url');
  private leases = 0;

  constructor(
    private readonly view: CacheView,
    private readonly keeper: CacheKeeper,
    private readonly store: CacheStore,
  ) {}

  /**
   * Rule 2: reads from the cache only where the row says on. Where the ticket is not there, takes a lease, loads it, and stores it if the
   * lease is still there. The outcome is BYPASS while the cache is not in use.
   * @param load loads the ticket from the database; concurrent readers share loads
   * @param readers the number of readers that share this read
   */
  async read(id: number, load: () => Promise<CacheEntry>, readers = 1): Promise<CachedRead> {
    const place = this.readable?.place;
    const token = `${this.process}${this.leases++}`;
    const found = place && (await this.lookUp(place, id, token));
    const outcome = found === undefined ? 'BYPASS' : typeof found === 'object' ? 'HIT' : 'MISS';
    cacheReads[outcome] += readers;
    if (typeof found === 'object') return { outcome, entry: found };
    const leased = found ? place : undefined;
    try {
      // A reader may wait for the load of another one first.
      const entry = await new Deadline().limit(this.loads.load(String(id), load));
      if (leased) this.fill(leased, id, token, entry);
      return { outcome, entry };
    } catch (error) {
      // While this lease is held, no other reader can fill the cache.
      if (leased) void this.evict(leased, [{ id }]).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Rule 4: evicts tickets after their change has been committed, and before a response or an event (rule 7) tells of it.
   * While the cache is off there is nothing to evict, because no replica fills it before it has been warming. Rejects if the eviction is not certain.
   */
  async invalidate(tickets: ChangedTicket[]): Promise<void> {
    const { state, place, store } = await this.view.require();
    try {
      if (state !== 'off' && this.store.name !== store) throw new Error('Redis is not connected');
      if (state !== 'off') await this.evict(place, tickets);
    } catch (error) {
      await this.keeper.turnOff(place, error);
    }
    await this.view.settle(place);
  }

  /**
   * Deletes the entries of other databases and earlier epochs, which no replica reads any more but which live until they expire. Rejects
   * while Redis is not connected.
   */
  async forgetAbandoned(): Promise<void> {
    const { place } = await this.view.require();
    await this.view.settle(place);
    if (this.store.name === undefined) throw new Error('Redis is not connected');
    await this.store.deleteOthers('ticket:', `ticket:${place.name}:`);
  }

  /** The report that lets this replica use the cache. */
  private get readable(): View | undefined {
    const view = this.view.current;
    return view?.state === 'on' && view.store === this.store.name ? view : undefined;
  }

  private async lookUp(place: Place, id: number, token: string): Promise<CacheEntry | boolean | undefined> {
    try {
      return await this.store.read(keyOf(place, id), token);
    } catch (error) {
      // Rule 6: a server that takes no writes, or is loading its data, is not the one that the row names.
      if (error instanceof NotPrimary) this.keeper.turnOff(place, error).catch(() => undefined);
      return undefined;
    }
  }

  /** Rule 2: does not store what was loaded from another database, or after the cache was turned off. */
  private fill(place: Place, id: number, token: string, entry: CacheEntry): void {
    if (this.readable?.place !== place || entry.body.length > maxCharacters) return;
    this.store.fill(keyOf(place, id), token, entry).catch(() => undefined);
  }

  private evict(place: Place, tickets: ChangedTicket[]): Promise<void> {
    return this.store.evict(tickets.map(({ id, version = Infinity }) => [keyOf(place, id), version]));
  }
}

/** Rule 3: a database that was restarted, restored or failed over, and a cache that was off, begin cold. */
function keyOf(place: Place, id: number): string {
  return `ticket:${place.name}:${id}`;
}
