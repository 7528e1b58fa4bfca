import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { DeadlineExceeded, redisDeadlineMs, within } from './deadline.js';
import { generationKey, generationMs } from './lease-scripts.js';
import { REDIS, type Redis } from './redis.js';
import { leaseMs, ResponseCache, type CacheEntry, type Reading } from './response-cache.js';

/** How many times in a row Redis may be late before it is taken for lost. */
const mostLate = 3;

/** For how long after Redis was lost a write still waits for it, as after a reset it is back in no time. */
const resetMs = 250;

/**
 * For how long Redis may leave a call unanswered before what it says next is not asked for. Well below the time for which
 * another replica waits until it acknowledges a write that Redis has not heard of: a Redis that was frozen answers those
 * who asked meanwhile in any order.
 */
const silenceMs = redisDeadlineMs - 10;

/** How long a starting service waits for Redis. */
const startMs = 500;

/** How many keys wait to be forgotten; where there are more, all of them are. */
const mostForgotten = 10_000;

/**
 * The cache on Redis, which all replicas share. Redis is a help, never a need: where it fails, readers are sent to the
 * database, and the keys of writes are kept, to be forgotten before this replica trusts Redis again.
 */
@Injectable()
export class RedisResponseCache
  extends ResponseCache
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  private readonly logger = new Logger('Cache');
  private readonly lifeMs: number;
  private readonly breaker = new CircuitBreaker({
    ping: () => this.redis.ping(),
    mend: () => this.forget(),
    reconnect: () => {
      this.reconnect();
    },
  });

  /** What the leases of this process are made of: a name that no other has, and a number. */
  private readonly name = randomUUID();
  private calls = 0;

  /** When the reads were sent that Redis has not answered yet, the oldest first. */
  private readonly unanswered = new Map<number, number>();

  /** How many times in a row Redis was late, and the last call that had been sent by then. */
  private late = 0;
  private lastLate = 0;

  /** Keys whose deletion Redis has not confirmed. */
  private readonly forgotten = new Set<string>();

  /**
   * Whether everything is to be forgotten: by making a new generation. So it is at start, as this process cannot know
   * what an earlier one did not get to tell Redis.
   */
  private allForgotten = true;

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    { REDIS_EXPIRE_TIME }: Environment,
  ) {
    super();
    this.lifeMs = REDIS_EXPIRE_TIME * 1000;
    this.breaker.start();
  }

  get state() {
    return this.breaker.state;
  }

  async read(key: string): Promise<Reading> {
    if (!this.inUse || this.isSilent) return { outcome: 'BYPASS' };
    const call = ++this.calls;
    const token = `${this.name}:${call}`;
    try {
      const answer = this.redis.readOrLease(key, token, leaseMs);
      this.awaitAnswer(call, answer);
      const found = await within(redisDeadlineMs, answer);
      this.late = 0;
      if (typeof found === 'object') return { outcome: 'HIT', entry: found };
      return { outcome: 'MISS', lease: found ?? token, isOwn: found === undefined };
    } catch (error) {
      this.failed(call, error);
      return { outcome: 'BYPASS' };
    }
  }

  async fill(key: string, lease: string, entry: CacheEntry): Promise<void> {
    if (!this.inUse) return;
    const call = ++this.calls;
    try {
      await within(redisDeadlineMs, this.redis.fillLeased(key, lease, entry, this.lifeMs));
    } catch (error) {
      this.failed(call, error);
    }
  }

  async invalidate(key: string): Promise<void> {
    const deadline = Date.now() + redisDeadlineMs;
    while (this.breaker.awayMs < resetMs && Date.now() < deadline) {
      try {
        await within(Math.max(deadline - Date.now(), 1), this.redis.del(key));
        return;
      } catch (error) {
        this.lost(error);
        // A connection that was reset may be back before the deadline.
        await sleep(1);
      }
    }
    this.keepForgotten(key);
  }

  /** Lets a service that finds Redis at once begin with it; one that does not begins without. */
  async onApplicationBootstrap(): Promise<void> {
    const deadline = Date.now() + startMs;
    while (!this.inUse && Date.now() < deadline) await sleep(5);
  }

  onApplicationShutdown(): void {
    this.breaker.stop();
  }

  private get isSilent(): boolean {
    const [oldest = Infinity] = this.unanswered.values();
    return performance.now() - oldest > silenceMs;
  }

  private awaitAnswer(call: number, answer: Promise<unknown>): void {
    this.unanswered.set(call, performance.now());
    const answered = () => this.unanswered.delete(call);
    answer.then(answered, answered);
  }

  private keepForgotten(key: string): void {
    this.forgotten.add(key);
    if (this.forgotten.size <= mostForgotten) return;
    this.forgotten.clear();
    this.allForgotten = true;
  }

  /** Tells Redis what to forget; throws where it does not confirm. */
  private async forget(): Promise<void> {
    if (this.allForgotten) {
      await within(redisDeadlineMs, this.redis.set(generationKey, randomUUID(), { PX: generationMs }));
      this.allForgotten = false;
    }
    const keys = [...this.forgotten];
    for (let sent = 0; sent < keys.length; sent += 1_000) {
      const some = keys.slice(sent, sent + 1_000);
      await within(redisDeadlineMs, this.redis.del(some));
      for (const key of some) this.forgotten.delete(key);
    }
  }

  /**
   * Takes Redis for lost, unless a read or a fill was merely late, which costs its time and nothing of what is promised:
   * it may be this machine's being busy. All that were under way at the time tell of the same lateness.
   */
  private failed(call: number, error: unknown): void {
    if (!(error instanceof DeadlineExceeded)) {
      this.lost(error);
    } else if (call > this.lastLate) {
      this.lastLate = this.calls;
      this.late++;
      if (this.late >= mostLate) this.lost(error);
    }
  }

  private lost(error: unknown): void {
    if (this.inUse)
      this.logger.warn(`Doing without Redis: ${error instanceof Error ? error.message : 'lost'}`);
    this.breaker.open();
  }

  /** Ends a connection that seems to stand, but does not answer; all that waits on it fails. */
  private reconnect(): void {
    if (!this.redis.isReady) return;
    this.redis
      .disconnect()
      .then(() => this.redis.connect())
      .catch((error: unknown) => {
        this.logger.warn(error);
      });
  }
}
