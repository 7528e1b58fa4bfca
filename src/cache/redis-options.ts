import { Logger } from '@nestjs/common';
import type { RedisClientOptions } from '@redis/client';

import type { Environment } from '../config/environment.js';
import { errorMessage } from '../observability/error-message.js';

/** A Redis that does not take a connection within this time is taken for gone, and tried again in the background. */
const connectTimeoutMs = 1_000;
/** Well below the time for which a replica waits until it trusts a Redis that is back. */
const longestPauseMs = 100;

/** What every connection to Redis is made with, whoever it leads to. */
export function redisOptions({ REDIS_USER, REDIS_PASSWORD }: Environment) {
  return {
    ...(REDIS_USER !== undefined && { username: REDIS_USER }),
    ...(REDIS_PASSWORD !== undefined && { password: REDIS_PASSWORD }),
    disableOfflineQueue: true,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: pauseAfter },
  } satisfies RedisClientOptions;
}

/** How long to wait until a connection is tried again, in milliseconds. */
export function pauseAfter(retries: number): number {
  return Math.min(10 * 2 ** Math.min(retries, 10), longestPauseMs);
}

/** Says that Redis is away once, not at each attempt to connect, and that it is there. */
export class RedisLog {
  private readonly logger = new Logger('Redis');
  private isAway = false;

  /** A connection was lost, or could not be made. */
  failed(error: unknown): void {
    if (!this.isAway) this.logger.warn(errorMessage(error));
    this.isAway = true;
  }

  /** The connection has been made. */
  connected(): void {
    this.isAway = false;
    this.logger.log('Connected');
  }
}
