import { redisDeadlineMs, within } from './deadline.js';
import type { Redis } from './redis.js';

/** Maximum number of keys to remember. Beyond it the generation is deleted instead, and all entries with it. */
const maxKeys = 10_000;

/** Maximum number of keys in one command, so that Redis confirms it within the deadline. */
const batchSize = 500;

/**
 * Keys whose deletion Redis has not confirmed. They are deleted before Redis is used again. At first this is the
 * generation, because an earlier process may have ended before its deletions were confirmed.
 */
export class UnconfirmedDeletions {
  private readonly keys: Set<string>;

  constructor(
    private readonly redis: Redis,
    private readonly generation: string,
  ) {
    this.keys = new Set([generation]);
  }

  /** Remembers a key. */
  add(key: string): void {
    this.keys.add(key);
    if (this.keys.size <= maxKeys) return;
    this.keys.clear();
    this.keys.add(this.generation);
  }

  /** Deletes all keys; rejects and keeps the keys where Redis does not confirm. */
  async send(): Promise<void> {
    const keys = [...this.keys];
    // A key that is added from now on belongs to a write that these deletions may precede.
    this.keys.clear();
    try {
      for (let sent = 0; sent < keys.length; sent += batchSize)
        await within(redisDeadlineMs, this.redis.client.del(keys.slice(sent, sent + batchSize)));
    } catch (error) {
      for (const key of keys) this.keys.add(key);
      throw error;
    }
  }
}
