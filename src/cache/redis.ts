import { Logger } from '@nestjs/common';
import { createClient } from '@redis/client';

import type { Environment } from '../config/environment.js';
import { leaseScripts } from './lease-scripts.js';

/** A Redis that does not take a connection within this time is taken for gone, and tried again in the background. */
const connectTimeoutMs = 1_000;
const longestPauseMs = 500;

/** The injection token of the connection, undefined where REDIS_URL is not set. */
export const REDIS = Symbol('Redis');

/** The connection to Redis. */
export type Redis = NonNullable<ReturnType<typeof connectRedis>>;

/**
 * Connects in the background: the service starts and works without Redis, and uses it as soon as it is there.
 * A call while it is away fails at once instead of waiting in a queue.
 */
export function connectRedis({ REDIS_URL, REDIS_USER, REDIS_PASSWORD }: Environment) {
  if (REDIS_URL === undefined) return undefined;
  const client = createClient({
    scripts: leaseScripts,
    url: REDIS_URL,
    ...(REDIS_USER !== undefined && { username: REDIS_USER }),
    ...(REDIS_PASSWORD !== undefined && { password: REDIS_PASSWORD }),
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => Math.min(10 * 2 ** Math.min(retries, 10), longestPauseMs),
    },
  });
  const logger = new Logger('Redis');
  let isAway = false;
  client.on('error', (error: Error) => {
    // Said once, not at each attempt to connect.
    if (!isAway) logger.warn(error.message);
    isAway = true;
  });
  client.on('ready', () => {
    isAway = false;
    logger.log('Connected');
  });
  client.connect().catch((error: unknown) => {
    logger.error(error);
  });
  return client;
}
