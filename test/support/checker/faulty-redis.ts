import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@redis/client';

import { RedisServer } from '../../../deploy/local/redis-server.js';
import { freePort } from '../../../src/database/free-port.js';
import { FaultProxy } from '../fault-proxy.js';

/** A Redis of its own for each replica to meet through a gate of its own, so that a test can do to it what it likes. */
export class FaultyRedis extends RedisServer {
  readonly gates: FaultProxy[] = [];

  constructor(
    port: number,
    private readonly folder = mkdtempSync(join(tmpdir(), 'ticket-redis-')),
  ) {
    super(port, { dir: folder });
  }

  /** Where a replica of the service finds it. */
  environment(replica: number): Record<string, string> {
    return { REDIS_URL: `redis://127.0.0.1:${this.gates[replica]?.port ?? 0}` };
  }

  /** Runs a command past the gates. */
  async command(...parts: string[]): Promise<unknown> {
    const client = createClient({ url: `redis://127.0.0.1:${this.port}` });
    client.on('error', () => undefined);
    await client.connect();
    return client.sendCommand(parts).finally(() => client.disconnect());
  }

  async stop(): Promise<void> {
    await Promise.all(this.gates.map((gate) => gate.close()));
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}

/** Starts a server, and as many gates to it. */
export async function startRedis(gates: number): Promise<FaultyRedis> {
  const redis = new FaultyRedis(await freePort());
  await redis.launch();
  for (let n = 0; n < gates; n++) redis.gates.push(await FaultProxy.to(redis.port));
  return redis;
}
