import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@redis/client';

import { RedisServer } from '../../../deploy/local/redis-server.js';
import { freePort } from '../../../src/database/free-port.js';
import { FaultProxy } from '../fault-proxy.js';

/** A Redis for fault injection, with one proxy for each replica of the service. */
export class FaultyRedis extends RedisServer {
  readonly proxies: FaultProxy[] = [];

  constructor(
    port: number,
    private readonly folder = mkdtempSync(join(tmpdir(), 'ticket-redis-')),
  ) {
    super(port, { dir: folder });
  }

  /** Variables that connect a replica of the service through its proxy. */
  environment(replica: number): Record<string, string> {
    return { REDIS_URL: `redis://127.0.0.1:${this.proxies[replica]?.port ?? 0}` };
  }

  /** Sends a command to Redis directly. */
  async command(...parts: string[]): Promise<unknown> {
    const client = createClient({ url: `redis://127.0.0.1:${this.port}` });
    client.on('error', () => undefined);
    await client.connect();
    return client.sendCommand(parts).finally(() => client.disconnect());
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}

/** Starts a Redis with this many proxies. */
export async function startRedis(proxyCount: number): Promise<FaultyRedis> {
  const redis = new FaultyRedis(await freePort());
  await redis.launch();
  for (let n = 0; n < proxyCount; n++) redis.proxies.push(await FaultProxy.to(redis.port));
  return redis;
}
