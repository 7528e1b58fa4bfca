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
import { errorMessage } from '../observability/error-message.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { DeadlineExceeded, redisDeadlineMs, within } from './deadline.js';
import type { CacheKey } from './lease-scripts.js';
import { Redis } from './redis.js';
import { leaseMs, ResponseCache, type CacheEntry, type CacheResult } from './response-cache.js';
import { UnconfirmedDeletions } from './unconfirmed-deletions.js';

/** How many times in a row Redis may be late before it is taken for lost. */
const maxLate = 3;

/** For how long after Redis was lost a write still waits for it, as after a reset it is back in no time. */
const resetMs = 250;

/**
 * For how long Redis may leave a call unanswered before what it says next is not asked for. Well below the time for which
 * another replica waits until it acknowledges a write that Redis has not heard of: a Redis that was frozen answers those
 * who asked meanwhile in any order.
 */
const silenceMs = redisDeadlineMs - 10;

/** For how long until it is taken for lost, though nobody has asked it anything since. */
const longSilenceMs = 500;

/** How long a starting service waits for Redis. */
const startMs = 500;

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
  private readonly breaker: CircuitBreaker;

  /** What the leases of this process are made of: a name that no other has, and a number. */
  private readonly name = randomUUID();
  private calls = 0;

  /** When the reads were sent that Redis has not answered yet, the oldest first. */
  private readonly unanswered = new Map<number, number>();

  /** How many times in a row Redis was late, and the last call that had been sent by then. */
  private late = 0;
  private lastLate = 0;

  private readonly prefix: string;
  private readonly generation: string;
  private readonly unconfirmed: UnconfirmedDeletions;

  constructor(
    @Inject(Redis) private readonly redis: Redis,
    { REDIS_EXPIRE_TIME, REDIS_KEY_PREFIX }: Environment,
  ) {
    super();
    this.lifeMs = REDIS_EXPIRE_TIME * 1000;
    this.prefix = REDIS_KEY_PREFIX;
    this.generation = `${REDIS_KEY_PREFIX}generation`;
    this.unconfirmed = new UnconfirmedDeletions(redis, this.generation);
    this.breaker = new CircuitBreaker({
      ping: () => redis.client.ping(),
      mend: () => this.unconfirmed.send(),
      reconnect: () => {
        redis.reconnect();
      },
      deadMs: 2_000,
    });
    this.breaker.start();
  }

  override get state() {
    return this.breaker.state;
  }

  override async read(key: string): Promise<CacheResult> {
    if (!this.inUse || this.isSilent()) return { outcome: 'BYPASS' };
    const call = ++this.calls;
    const token = `${this.name}:${call}`;
    try {
      const answer = this.redis.client.readOrLease(this.locate(key), token, leaseMs);
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

  override async fill(key: string, lease: string, entry: CacheEntry): Promise<void> {
    if (!this.inUse) return;
    const call = ++this.calls;
    try {
      const filled = this.redis.client.fillLeased(this.locate(key), lease, entry, this.lifeMs);
      await within(redisDeadlineMs, filled);
    } catch (error) {
      this.failed(call, error);
    }
  }

  override async invalidate(name: string): Promise<void> {
    const { key } = this.locate(name);
    const deadline = Date.now() + redisDeadlineMs;
    let isWorthTrying = this.breaker.awayMs < resetMs;
    if (!isWorthTrying) this.unconfirmed.add(key);
    while (isWorthTrying) {
      try {
        await within(Math.max(deadline - Date.now(), 1), this.redis.client.del(key));
        return;
      } catch (error) {
        this.lost(error);
        // At once: Redis may be trusted again before the next line, and a deletion too many does no harm.
        this.unconfirmed.add(key);
        // A connection that was reset may be back before the deadline.
        await sleep(1);
        isWorthTrying = this.breaker.awayMs < resetMs && Date.now() < deadline;
      }
    }
  }

  /** Lets a service that finds Redis at once begin with it; one that does not begins without. */
  async onApplicationBootstrap(): Promise<void> {
    const deadline = Date.now() + startMs;
    while (!this.inUse && Date.now() < deadline) await sleep(5);
  }

  onApplicationShutdown(): void {
    this.breaker.stop();
  }

  private locate(key: string): CacheKey {
    return { key: this.prefix + key, generation: this.generation };
  }

  private isSilent(): boolean {
    const [oldest = Infinity] = this.unanswered.values();
    const silentMs = performance.now() - oldest;
    if (silentMs > longSilenceMs) this.lost(new DeadlineExceeded(`No answer for ${longSilenceMs} ms`));
    return silentMs > silenceMs;
  }

  private awaitAnswer(call: number, answer: Promise<unknown>): void {
    this.unanswered.set(call, performance.now());
    const answered = () => this.unanswered.delete(call);
    answer.then(answered, answered);
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
      if (this.late >= maxLate) this.lost(error);
    }
  }

  private lost(error: unknown): void {
    if (this.inUse) this.logger.warn(`Doing without Redis: ${errorMessage(error)}`);
    this.breaker.open();
    // What it was late with and still owes says nothing of how it will be when it is trusted again.
    this.late = 0;
    this.unanswered.clear();
  }
}
