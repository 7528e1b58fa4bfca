import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createClient } from '@redis/client';
import type { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';

import type { Environment } from '../config/environment.js';
import { errorMessage } from '../observability/error-message.js';
import { leaseScripts } from './lease-scripts.js';

const connectTimeoutMs = 1_000;

/** Well below the quarantine of the circuit breaker: all replicas reconnect before the first one uses Redis again. */
const maxReconnectDelayMs = 100;

/**
 * Connection to Redis. It is made in the background, because the service starts and works without Redis. A command that
 * is sent while there is no connection fails at once. As an injection token it stands for undefined where REDIS_URL is unset.
 */
export class Redis implements OnApplicationShutdown {
  /** Client that also knows the scripts of the lease protocol. */
  readonly client;
  /** Store for cache-manager on the same connection. */
  readonly store: ConstructorParameters<typeof KeyvAdapter>[0];
  private readonly logger = new Logger('Redis');
  private hasFailed = false;

  /** Logs the first failure only, because the client reports each attempt to connect. */
  private readonly logFailure = (error: unknown) => {
    if (!this.hasFailed) this.logger.warn(errorMessage(error));
    this.hasFailed = true;
  };

  constructor(url: string, { REDIS_USER, REDIS_PASSWORD }: Environment) {
    this.client = createClient({
      url,
      ...(REDIS_USER !== undefined && { username: REDIS_USER }),
      ...(REDIS_PASSWORD !== undefined && { password: REDIS_PASSWORD }),
      scripts: leaseScripts,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: (retries) => Math.min(10 * 2 ** retries, maxReconnectDelayMs),
      },
    });
    this.client.on('error', this.logFailure);
    this.client.on('ready', () => {
      this.hasFailed = false;
      this.logger.log('Connected');
    });
    // The types of the store name a client with the modules of Redis Stack, which the store does not use.
    this.store = redisInsStore(this.client as unknown as Parameters<typeof redisInsStore>[0]);
    this.connect();
  }

  /** Replaces a connection that is open but does not respond. */
  reconnect(): void {
    if (!this.client.isReady) return;
    void this.client.disconnect().then(() => {
      this.connect();
    });
  }

  onApplicationShutdown(): void {
    if (this.client.isOpen) void this.client.disconnect();
  }

  private connect(): void {
    this.client.connect().catch(this.logFailure);
  }
}
