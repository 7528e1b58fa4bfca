import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../dist/src/database/free-port.js';
import { RedisServer } from './redis-server.js';

const password = 'local';

/**
 * Starts a Redis Cluster of three masters with a replica each.
 * @param {number} nodeTimeoutMs after how long a node that does not answer is taken for lost
 */
export async function startRedisCluster(nodeTimeoutMs = 5_000) {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-redis-cluster-'));
  const nodes = [];
  for (let n = 0; n < 6; n++) {
    const port = await freePort();
    const node = new RedisServer(port, {
      ...{ 'cluster-enabled': 'yes', 'cluster-config-file': `nodes-${port}.conf` },
      // Where the nodes talk among themselves.
      'cluster-port': await freePort(),
      ...{ 'cluster-node-timeout': nodeTimeoutMs, 'repl-diskless-sync-delay': 0 },
      ...{ requirepass: password, masterauth: password, dir: folder },
    });
    await node.launch();
    nodes.push(node);
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  /** Runs redis-cli with these arguments, and returns what it says. */
  const cli = (...parts) =>
    execFileSync('redis-cli', ['-a', password, '--no-auth-warning', ...parts], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  /** Resolves once all nodes agree that all is well, and each replica follows its master. */
  const settled = async () => {
    const isWell = ({ port }) => {
      const says =
        cli('-p', String(port), 'cluster', 'info') + cli('-p', String(port), 'info', 'replication');
      return (
        /cluster_state:ok/.test(says) &&
        /role:master[^]*connected_slaves:[1-9]|master_link_status:up/.test(says)
      );
    };
    while (!nodes.every(isWell)) await sleep(50);
  };
  cli('--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes');
  await settled();
  return {
    nodes,
    cli,
    settled,
    environment: {
      REDIS_URL: `redis://:${password}@${addresses[0]}`,
      REDIS_CLUSTER_NODES: addresses.slice(1).join(','),
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true });
    },
  };
}
