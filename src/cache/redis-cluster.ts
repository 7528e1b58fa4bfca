import { createCluster } from '@redis/client';
import { redisClusterInsStore } from 'cache-manager-redis-yet';

import type { Environment } from '../config/environment.js';
import { leaseScripts } from './lease-scripts.js';
import { pauseAfter, RedisLog, redisOptions } from './redis-options.js';
import { Redis, type RedisStore, type ScriptOptions } from './redis.js';

/** How often a node is tried again before it is left alone until the nodes are asked who keeps what: for some 150 ms. */
const maxRetries = 4;

/** They are not asked again while they may still be answering. */
const restMs = 100;

/** The masters of a Redis Cluster, each asked for the keys that are its own. */
export class RedisCluster extends Redis {
  override readonly isDivided = true;
  /** Another node may be the master by now, and each replica of the service must find that out before others trust it. */
  override readonly deadMs = 100;
  override readonly commands;
  override readonly store: RedisStore;
  private readonly log = new RedisLog();
  private connectedAt = -Infinity;

  /**
   * @param url one of its nodes, and how to log in to all of them
   * @param nodes further ones, as host or host:port, to begin with where that one is away
   */
  constructor(url: string, nodes: string[], environment: Environment) {
    super();
    const { protocol, username, password, hostname, port } = new URL(url);
    const options = redisOptions(environment);
    const cluster = createCluster({
      scripts: leaseScripts,
      rootNodes: [`${hostname}:${port}`, ...nodes].map((node) => ({ socket: addressOf(node) })),
      defaults: {
        ...options,
        ...(username && { username: decodeURIComponent(username) }),
        ...(password && { password: decodeURIComponent(password) }),
        socket: { ...options.socket, tls: protocol === 'rediss:', reconnectStrategy },
      },
      // A node that is away would keep the others from being used.
      minimizeConnections: true,
      // A key that has moved opens the breaker, like any other fault: the replicas are to agree again on where it is.
      maxCommandRedirections: 0,
    });
    cluster.on('error', (error) => {
      this.log.failed(error);
    });
    this.commands = cluster;
    // The store's types name a cluster with the modules of Redis Stack, which it does not use.
    this.store = redisClusterInsStore(cluster as unknown as ClusterOfStore, { rootNodes: [] });
    this.connect();
  }

  /** By hand, as this version of the client looks for the key of a script in the wrong place, and asks any node. */
  override eval(script: string, { keys, arguments: values }: ScriptOptions): Promise<unknown> {
    const command = ['EVAL', script, String(keys.length), ...keys, ...values];
    return this.commands.sendCommand(keys[0], false, command);
  }

  override async ping(): Promise<unknown> {
    const nodes = [...this.commands.nodeByAddress.values()];
    if (nodes.length === 0) throw new Error('No node has said yet who keeps what');
    return Promise.all(nodes.map(async (node) => (await this.commands.nodeClient(node)).ping()));
  }

  override reconnect(): void {
    if (performance.now() - this.connectedAt < restMs) return;
    this.close();
    this.connect();
  }

  override close(): void {
    if (this.commands.isOpen) void this.commands.disconnect();
  }

  private connect(): void {
    this.connectedAt = performance.now();
    this.commands
      .connect()
      .then(() => {
        this.log.connected();
      })
      .catch((error: unknown) => {
        this.log.failed(error);
      });
  }
}

type ClusterOfStore = Parameters<typeof redisClusterInsStore>[0];

function reconnectStrategy(retries: number): number | Error {
  return retries < maxRetries ? pauseAfter(retries) : new Error('The node is away');
}

/** Of a host, and a port where it is not the usual one. */
function addressOf(node: string): { host: string; port: number } {
  const [, host = '', port] = /^(.*?)(?::(\d+)?)?$/.exec(node) ?? [];
  return { host, port: Number(port ?? 6379) };
}
