import { setTimeout as sleep } from 'node:timers/promises';

import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createClient, ErrorReply } from '@redis/client';
import type { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';

import type { Environment } from '../config/environment.js';
import { errorMessage } from '../observability/error-message.js';
import { NotPrimary } from './ports.js';

/** Longest time that anything waits for a command, in ticks of the event loop. */
const confirmMs = 50;
const ticks = 5;
const askIntervalMs = 100;
/** Time without an answer after which the connection is replaced. */
const silentMs = 1_000;
const connectTimeoutMs = 1_000;
const maxReconnectDelayMs = 100;
/** Part of the name of the store: the layout of keys and values. */
const format = 2;

/**
 * Rule 6, the connection to Redis. It is made in the background, because the service starts and works without Redis. Without an offline queue
 * a command goes on the connection that was checked, or fails. As an injection token it stands for undefined where REDIS_URL is unset.
 */
export class Redis implements OnApplicationShutdown {
  /**
   * The server behind the connection, as the row of cache_state names it. Asked at each connect and every 100 ms; undefined after
   * a failure, until the next answer of a primary.
   */
  name: string | undefined;
  /** Store for cache-manager on the same connection. */
  readonly store: ConstructorParameters<typeof KeyvAdapter>[0];
  /** The client that rate-limiter-flexible sees: it is not ready while the server does not respond. */
  readonly counters;
  private readonly client;
  private readonly logger = new Logger('Redis');
  private readonly database: string;
  private hasFailed = false;
  private isStopped = false;

  constructor(
    url: string,
    private readonly environment: Environment,
  ) {
    const { REDIS_USER: username, REDIS_PASSWORD: password } = environment;
    this.database = new URL(url).pathname.slice(1) || '0';
    this.client = createClient({
      url,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      disableOfflineQueue: true,
      socket: {
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: (retries) => Math.min(10 * 2 ** retries, maxReconnectDelayMs),
      },
    });
    this.client.on('error', this.onLost).on('ready', () => void this.ask());
    // The types of the store name a client with the modules of Redis Stack, which the store does not use.
    this.store = redisInsStore(this.client as unknown as Parameters<typeof redisInsStore>[0]);
    const isReady = () => this.name !== undefined;
    this.counters = {
      get isReady() {
        return isReady();
      },
      eval: (script: string, options: { keys: string[]; arguments: string[] }) =>
        this.send(['EVAL', script, String(options.keys.length), ...options.keys, ...options.arguments]),
    };
    this.connect();
    void this.watch();
  }

  /** Sends a command; rejects unless its answer comes within 50 ms. Then nothing else is sent before the server answers again. */
  async send<Reply>(command: string[]): Promise<Reply> {
    try {
      return await confirm<Reply>(this.client.sendCommand(command));
    } catch (error) {
      if (!(error instanceof ErrorReply)) this.name = undefined;
      if (/^(READONLY|LOADING|MASTERDOWN)/.test(errorMessage(error)))
        throw new NotPrimary(errorMessage(error));
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    if (this.client.isOpen) void this.client.disconnect();
  }

  /** Logs the first failure only, because the client reports each attempt to connect. */
  private readonly onLost = (error: unknown) => {
    this.name = undefined;
    if (!this.hasFailed) this.logger.warn(errorMessage(error));
    this.hasFailed = true;
  };

  private readonly connect = (): void => {
    this.client.connect().catch(this.onLost);
  };

  private async watch(): Promise<void> {
    while (!this.isStopped) {
      if (this.client.isReady) await this.ask();
      await sleep(askIntervalMs, undefined, { ref: false });
    }
  }

  /** Asks who the server is. A connection that stays silent is replaced. */
  private async ask(): Promise<void> {
    const answer = this.client.sendCommand<string>(['INFO', 'replication']);
    try {
      const info = await confirm(answer);
      const [, id = ''] = /^master_replid:(\w+)/m.exec(info) ?? [];
      const isPrimary = /^role:master/m.test(info);
      this.name = isPrimary
        ? `${id}/${this.database}/${this.environment.REDIS_KEY_PREFIX}/${format}`
        : undefined;
      if (this.hasFailed) this.logger.log('Connected');
      this.hasFailed = false;
    } catch {
      this.name = undefined;
      await confirm(answer, silentMs).catch(() => {
        if (this.client.isReady) void this.client.disconnect().then(this.connect);
      });
    }
  }
}

/**
 * Rejects if a call takes longer. A stall of this process counts as one tick of five at most, and the socket is read once more before the
 * failure is declared: the event loop runs timers, then reads sockets, then runs what setImmediate was given.
 */
function confirm<Reply>(call: Promise<Reply>, ms = confirmMs): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let left = ticks;
    const tick = () => {
      if (--left > 0) timer = setTimeout(tick, ms / ticks);
      else setImmediate(reject, new Error(`Redis did not answer within ${ms} ms`));
    };
    let timer = setTimeout(tick, ms / ticks);
    const end =
      <Value>(settle: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(timer);
        settle(value);
      };
    call.then(end(resolve), end(reject));
  });
}
