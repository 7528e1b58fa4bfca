import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import type { Environment } from '../config/environment.js';
import { errorMessage } from '../observability/error-message.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { DeadlineExceeded, redisDeadlineMs, within } from './deadline.js';
import type { CacheKey } from './lease-scripts.js';
import type { Redis } from './redis.js';
import { ResponseCache, type CacheEntry, type CacheResult } from './response-cache.js';

/** Number of missed deadlines in a row that opens the circuit breaker. */
const maxMissedDeadlines = 3;
/** Time after the loss of Redis in which writes still wait for it, because a connection that was reset is soon back. */
const resetMs = 250;
/**
 * Time without a response after which reads bypass Redis, before another replica acknowledges a write that Redis has not
 * confirmed: a Redis that was frozen processes the commands of all replicas in any order.
 */
const silenceMs = redisDeadlineMs - 10;
/** Time without a response that opens the circuit breaker. */
const longSilenceMs = 500;
/** Longest time that the start of the service waits for Redis. */
const startMs = 500;
/** Maximum number of unconfirmed deletions to remember. Beyond it all entries are deleted instead. */
const maxUnconfirmed = 10_000;
/** Maximum number of keys in one command, so that Redis confirms it within the deadline. */
const batchSize = 500;

/**
 * Cache in Redis, which all replicas share. While Redis fails, reads bypass it, and the replica remembers the keys of its
 * writes, to delete them before it uses Redis again.
 */
export class RedisResponseCache
  extends ResponseCache
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  private readonly logger = new Logger('Cache');
  private readonly breaker = new CircuitBreaker({
    ping: () => this.redis.client.ping(),
    sync: () => this.deleteUnconfirmed(),
    reconnect: () => {
      this.redis.reconnect();
    },
  });
  /** Keys whose deletion Redis has not confirmed. */
  private readonly unconfirmed = new Set<string>();
  /** Commands that Redis has not answered, and when they were sent; the oldest first. */
  private readonly unanswered = new Map<Promise<unknown>, number>();
  private missedDeadlines = 0;
  private lastMissedAt = 0;
  private readonly generation: string;

  constructor(
    private readonly redis: Redis,
    private readonly environment: Environment,
  ) {
    super();
    this.generation = `${environment.REDIS_KEY_PREFIX}generation`;
    // An earlier process may have ended before its deletions were confirmed: without the generation no entry is valid.
    this.unconfirmed.add(this.generation);
    this.breaker.start();
  }

  override get state() {
    return this.breaker.state;
  }

  override async read(name: string): Promise<CacheResult> {
    if (!this.inUse || this.isSilent()) return { outcome: 'BYPASS' };
    const token = randomUUID();
    const found = await this.answer(this.redis.client.readOrLease(this.locate(name), token));
    if (found === undefined) return { outcome: 'BYPASS' };
    if (typeof found === 'object') return { outcome: 'HIT', entry: found };
    return { outcome: 'MISS', lease: found, isOwn: found === token };
  }

  override async fill(name: string, lease: string, entry: CacheEntry): Promise<void> {
    if (!this.inUse) return;
    const expireMs = this.environment.REDIS_EXPIRE_TIME * 1000;
    await this.answer(this.redis.client.fillLeased(this.locate(name), lease, entry, expireMs));
  }

  override async invalidate(name: string): Promise<void> {
    const [key] = this.locate(name);
    const deadline = Date.now() + redisDeadlineMs;
    while (this.breaker.awayMs < resetMs) {
      try {
        await within(Math.max(deadline - Date.now(), 1), this.redis.client.del(key));
        return;
      } catch (error) {
        this.openBreaker(error);
        // Without delay: the breaker may close before the next line, and a second deletion does no harm.
        this.addUnconfirmed(key);
        await sleep(1);
        if (Date.now() >= deadline) return;
      }
    }
    this.addUnconfirmed(key);
  }

  /** Waits a moment for Redis, so that the service begins with its cache. */
  async onApplicationBootstrap(): Promise<void> {
    const deadline = Date.now() + startMs;
    while (!this.inUse && Date.now() < deadline) await sleep(5);
  }

  onApplicationShutdown(): void {
    this.breaker.stop();
  }

  private locate(name: string): CacheKey {
    return [this.environment.REDIS_KEY_PREFIX + name, this.generation];
  }

  private isSilent(): boolean {
    const [oldest = Infinity] = this.unanswered.values();
    const unansweredMs = performance.now() - oldest;
    if (unansweredMs > longSilenceMs)
      this.openBreaker(new DeadlineExceeded(`No response for ${longSilenceMs} ms`));
    return unansweredMs > silenceMs;
  }

  /** Resolves to the answer of a command; to undefined if the command fails or misses its deadline. */
  private async answer<Result>(command: Promise<Result>): Promise<Result | undefined> {
    const sentAt = performance.now();
    this.unanswered.set(command, sentAt);
    const answered = () => this.unanswered.delete(command);
    command.then(answered, answered);
    try {
      const result = await within(redisDeadlineMs, command);
      this.missedDeadlines = 0;
      return result;
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) this.openBreaker(error);
      // A missed deadline counts once for all commands that were in flight, because this machine may just be busy.
      else if (sentAt > this.lastMissedAt) {
        this.lastMissedAt = performance.now();
        if (++this.missedDeadlines >= maxMissedDeadlines) this.openBreaker(error);
      }
      return undefined;
    }
  }

  private openBreaker(error: unknown): void {
    if (this.inUse) this.logger.warn(`Redis is bypassed: ${errorMessage(error)}`);
    this.breaker.open();
    // What Redis owes now says nothing about how it will respond when it is used again.
    this.missedDeadlines = 0;
    this.unanswered.clear();
  }

  private addUnconfirmed(key: string): void {
    this.unconfirmed.add(key);
    if (this.unconfirmed.size <= maxUnconfirmed) return;
    this.unconfirmed.clear();
    this.unconfirmed.add(this.generation);
  }

  private async deleteUnconfirmed(): Promise<void> {
    const keys = [...this.unconfirmed];
    // A key that is added from now on belongs to a write that these deletions may precede.
    this.unconfirmed.clear();
    try {
      for (let sent = 0; sent < keys.length; sent += batchSize)
        await within(redisDeadlineMs, this.redis.client.del(keys.slice(sent, sent + batchSize)));
    } catch (error) {
      for (const key of keys) this.unconfirmed.add(key);
      throw error;
    }
  }
}
