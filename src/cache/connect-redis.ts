import type { Environment } from '../config/environment.js';
import { RedisCluster } from './redis-cluster.js';
import { RedisServer } from './redis-server.js';
import type { Redis } from './redis.js';

/** Connects to the Redis that the environment names, if it names one. */
export function connectRedis(environment: Environment): Redis | undefined {
  const { REDIS_URL, REDIS_CLUSTER_NODES } = environment;
  if (REDIS_URL === undefined) return undefined;
  return REDIS_CLUSTER_NODES
    ? new RedisCluster(REDIS_URL, REDIS_CLUSTER_NODES, environment)
    : new RedisServer(REDIS_URL, environment);
}
