import { redisDeadlineMs, within } from './deadline.js';
import type { RedisKeys } from './redis-keys.js';
import type { Redis } from './redis.js';

/** How many keys are kept; where there are more, everything is to be forgotten. */
const maxKept = 10_000;

/** How many of them are sent at once, to be confirmed within the deadline of a call. */
const maxAtOnce = 500;

/**
 * The keys whose deletion Redis has not confirmed, to be sent again before it is trusted. At start these are those of the
 * generations, and with them everything: this process cannot know what an earlier one did not get to tell Redis.
 */
export class UnconfirmedDeletions {
  private readonly kept: Set<string>;

  constructor(
    private readonly redis: Redis,
    private readonly keys: RedisKeys,
  ) {
    this.kept = new Set(keys.generations);
  }

  /** Keeps a key to be deleted. */
  keep(key: string): void {
    this.kept.add(key);
    if (this.kept.size <= maxKept) return;
    this.kept.clear();
    for (const generation of this.keys.generations) this.kept.add(generation);
  }

  /** Sends them all; throws where Redis does not confirm, and keeps them then. */
  async send(): Promise<void> {
    const keys = [...this.kept];
    // What is kept from now on is of writes that these deletions may come too early for.
    this.kept.clear();
    try {
      for (let sent = 0; sent < keys.length; sent += maxAtOnce) {
        const some = keys.slice(sent, sent + maxAtOnce);
        // One by one: the keys of a command must all be on the same node of a cluster.
        await within(redisDeadlineMs, Promise.all(some.map((key) => this.redis.commands.del(key))));
      }
    } catch (error) {
      for (const key of keys) this.kept.add(key);
      throw error;
    }
  }
}
