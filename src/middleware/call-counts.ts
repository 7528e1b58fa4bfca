import { LRUCache } from 'lru-cache';
import { RateLimiterRes } from 'rate-limiter-flexible';

/** Enough for the clients of one window; with it the counts stay below some 20 MB. */
const maxClients = 50_000;

/** How often clients have called in this process, each in a window that begins with its first call. */
export class CallCounts {
  private readonly windows: LRUCache<string, { calls: number }>;

  /**
   * @param limit how many calls a window has
   * @param seconds how long it lasts
   * @param max how many clients are counted at once; beyond, the one that has not called for the longest begins anew
   */
  constructor(
    private readonly limit: number,
    seconds: number,
    max = maxClients,
  ) {
    this.windows = new LRUCache({ max: max, ttl: seconds * 1000 });
  }

  /** Counts a call; says how many there were, how many are left, and when the window ends. */
  count(client: string): RateLimiterRes {
    const window = this.windows.get(client) ?? { calls: 0 };
    window.calls++;
    if (window.calls === 1) this.windows.set(client, window);
    const left = Math.max(this.limit - window.calls, 0);
    return new RateLimiterRes(left, this.windows.getRemainingTTL(client), window.calls);
  }
}
