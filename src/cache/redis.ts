import type { RedisClientType } from '@redis/client';
import type { KeyvAdapter } from 'cache-manager';

import type { leaseScripts } from './lease-scripts.js';

/** The commands that are used, those of the lease protocol among them. */
type Commands = RedisClientType<Record<string, never>, Record<string, never>, typeof leaseScripts>;
type RedisCommands = Pick<Commands, 'readOrLease' | 'fillLeased' | 'del'>;

/** A store of cache-manager, as cache-manager-redis-yet makes it. */
export type RedisStore = ConstructorParameters<typeof KeyvAdapter>[0];

/** What a script is given. */
export interface ScriptOptions {
  keys: [string, ...string[]];
  arguments: string[];
}

/**
 * The connection to Redis, be it one server or a cluster. It is made in the background: the service starts and works
 * without Redis, and uses it as soon as it is there. A command while it is away fails at once, and waits in no queue.
 * As an injection token it stands for undefined where REDIS_URL is not set.
 */
export abstract class Redis {
  /** Whether a part of it can be there while another is away. */
  abstract readonly isDivided: boolean;

  /** After how long without an answer connections are to be made anew. */
  abstract readonly deadMs: number;

  /** Runs each command where its key is kept. */
  abstract readonly commands: RedisCommands;

  /** The same for Nest's cache manager. */
  abstract readonly store: RedisStore;

  /** Runs a script, where its first key is kept. */
  abstract eval(script: string, options: ScriptOptions): Promise<unknown>;

  /** Resolves once every server that keeps keys has answered. */
  abstract ping(): Promise<unknown>;

  /** Makes connections anew that seem to stand, but do not answer, or lead to where a key no longer is. */
  abstract reconnect(): void;

  /** Leaves Redis; what is under way fails. */
  abstract close(): void;
}
