import { setTimeout as sleep } from 'node:timers/promises';

/** Response body with the ETag of the version that it shows. */
export interface CacheEntry {
  etag: string;
  body: string;
}

/** A key, and the lowest version that may stay under it. */
export type Eviction = [key: string, version: number];

/** The store of the entries. Each step is atomic. */
export abstract class CacheStore {
  /** Names the server behind the connection that was checked; undefined while it does not respond, or takes no writes. */
  abstract get name(): string | undefined;
  /** Returns the entry of a key; without one, whether the key was free and has this lease now. A server that takes no writes rejects it. */
  abstract read(key: string, lease: string): Promise<CacheEntry | boolean>;
  /** Replaces this lease by an entry; does nothing where the lease is gone. */
  abstract fill(key: string, lease: string, entry: CacheEntry): Promise<void>;
  /** Evicts leases, and entries below these versions; rejects unless the server has confirmed it in time. */
  abstract evict(evictions: Eviction[]): Promise<void>;
  /** Deletes all keys that begin with `prefix` and not with `kept`. */
  abstract deleteOthers(prefix: string, kept: string): Promise<void>;
}

/** The server answers, but not as the primary that it was. */
export class NotPrimary extends Error {}

/** The monotonic clock. */
export class Clock {
  /** The milliseconds since the process began. */
  readonly now = (): number => performance.now();
  /** Resolves after this time. It keeps no process alive. */
  readonly sleep = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });
}
