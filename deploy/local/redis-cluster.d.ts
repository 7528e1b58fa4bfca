import type { RedisServer } from './redis-server.js';

/** What redis-cluster.js is to TypeScript. */
export function startRedisCluster(nodeTimeoutMs?: number): Promise<{
  nodes: RedisServer[];
  cli: (...parts: string[]) => string;
  settled: () => Promise<void>;
  environment: Record<string, string>;
  stop: () => Promise<void>;
}>;
