import type { Environment } from '../config/environment.js';
import { RedisServer } from './redis-server.js';
import type { Redis } from './redis.js';

/** Connects to the Redis that the environment names, if it names one. */
export function connectRedis(environment: Environment): Redis | undefined {
  const { REDIS_URL } = environment;
  if (REDIS_URL === undefined) return undefined;
  return new RedisServer(REDIS_URL, environment);
}
