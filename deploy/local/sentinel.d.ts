import type { RedisServer } from './redis-server.js';

/** Types of sentinel.js. */
export class SentinelCluster {
  static start(): Promise<SentinelCluster>;
  readonly port: number;
  switchOver(): Promise<void>;
  killPrimary(): Promise<RedisServer>;
  waitUntilHealthy(other?: number): Promise<void>;
  waitForFailover(other: number): Promise<void>;
  primary(): Promise<number>;
  stop(): Promise<void>;
}
