import { createClient } from '@redis/client';
import { redisInsStore } from 'cache-manager-redis-yet';

import type { Environment } from '../config/environment.js';
import { leaseScripts } from './lease-scripts.js';
import { RedisLog, redisOptions } from './redis-options.js';
import { Redis, type RedisStore, type ScriptOptions } from './redis.js';

/** One server of Redis, or what stands for one. */
export class RedisServer extends Redis {
  override readonly isDivided = false;
  override readonly deadMs = 2_000;
  override readonly commands;
  override readonly store: RedisStore;
  private readonly log = new RedisLog();

  constructor(url: string, environment: Environment) {
    super();
    const client = createClient({ url, scripts: leaseScripts, ...redisOptions(environment) });
    client.on('error', (error) => {
      this.log.failed(error);
    });
    client.on('ready', () => {
      this.log.connected();
    });
    this.commands = client;
    // The store's types name a client with the modules of Redis Stack, which it does not use.
    this.store = redisInsStore(client as unknown as Parameters<typeof redisInsStore>[0]);
    this.connect();
  }

  override eval(script: string, options: ScriptOptions): Promise<unknown> {
    return this.commands.eval(script, options);
  }

  override ping(): Promise<unknown> {
    return this.commands.ping();
  }

  override reconnect(): void {
    if (!this.commands.isReady) return;
    void this.commands.disconnect().then(() => {
      this.connect();
    });
  }

  override close(): void {
    if (this.commands.isOpen) void this.commands.disconnect();
  }

  private connect(): void {
    this.commands.connect().catch((error: unknown) => {
      this.log.failed(error);
    });
  }
}
