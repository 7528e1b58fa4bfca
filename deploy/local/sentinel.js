import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from '@redis/client';

import { freePort } from '../../dist/src/database/free-port.js';
import { startPrimaryProxy } from './primary-proxy.js';
import { RedisServer } from './redis-server.js';

/** The name of the primary for Sentinel. */
const primaryName = 'tickets';

/**
 * Redis as Sentinel runs it: a primary with two replicas, three Sentinels, and haproxy, whose port leads to the primary. Needs Debian's packages
 * redis-server, redis-sentinel and haproxy.
 */
export class SentinelCluster {
  /** Starts a new cluster; resolves once both replicas follow the primary. */
  static async start() {
    const cluster = new SentinelCluster();
    const folder = mkdtempSync(join(tmpdir(), 'ticket-sentinel-'));
    cluster.port = await freePort();
    cluster.nodes = [];
    for (let n = 0; n < 3; n++) cluster.nodes.push(new RedisServer(await freePort(), { dir: folder }));
    await Promise.all(cluster.nodes.map((node) => node.launch()));
    const [primary, ...replicas] = cluster.nodes;
    for (const { port } of replicas) await command(port, 'REPLICAOF', '127.0.0.1', String(primary.port));
    cluster.sentinels = [];
    for (let n = 0; n < 3; n++) cluster.sentinels.push(await startSentinel(folder, primary.port));
    cluster.proxy = startPrimaryProxy(folder, cluster.port, {
      checks: [
        ...['option tcp-check', 'tcp-check send INFO\\ replication\\r\\n'],
        'tcp-check expect string role:master',
      ],
      servers: cluster.nodes.map((node) => `${node.port} check inter 200ms`),
    });
    await cluster.waitUntilHealthy();
    return cluster;
  }

  /** Has a replica take the place of the primary, in order. */
  async switchOver() {
    await command(this.sentinels[0].port, 'SENTINEL', 'FAILOVER', primaryName);
  }

  /** Kills the primary; returns its node. */
  async killPrimary() {
    const port = await this.primary();
    const node = this.nodes.find((each) => each.port === port);
    await node.kill();
    return node;
  }

  /** Waits until another node is the primary, if one is named, and both others follow it. */
  async waitUntilHealthy(other = 0) {
    for (;;) {
      const port = await this.primary().catch(() => 0);
      const info = port && port !== other ? await command(port, 'INFO', 'replication').catch(() => '') : '';
      if (/role:master/.test(info) && (info.match(/state=online/g) ?? []).length === 2) return;
      await sleep(100);
    }
  }

  /** Waits until another node is the primary. */
  async waitForFailover(other) {
    while ([0, other].includes(await this.primary().catch(() => 0))) await sleep(100);
  }

  /** The port of the primary, as Sentinel knows it. */
  async primary() {
    const sentinel = this.sentinels[0].port;
    return Number((await command(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primaryName))[1]);
  }

  /** Kills everything. */
  async stop() {
    for (const { process } of this.sentinels) process.kill('SIGKILL');
    this.proxy.kill('SIGKILL');
    await Promise.all(this.nodes.map((node) => node.kill()));
  }
}

async function startSentinel(folder, primary) {
  const port = await freePort();
  const file = join(folder, `sentinel-${port}.conf`);
  const lines = [
    ...[`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`],
    `sentinel monitor ${primaryName} 127.0.0.1 ${primary} 2`,
    `sentinel down-after-milliseconds ${primaryName} 1000`,
    `sentinel failover-timeout ${primaryName} 5000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { port, process: spawn('redis-sentinel', [file], { stdio: 'ignore' }) };
}

async function command(port, ...parts) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client.sendCommand(parts).finally(() => client.disconnect());
}
