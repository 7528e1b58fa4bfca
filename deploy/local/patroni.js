import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { isRoot, nobody } from '../../dist/src/database/child-processes.js';
import { freePort } from '../../dist/src/database/free-port.js';
import { startPrimaryProxy } from './primary-proxy.js';

const bin = '/usr/lib/postgresql/15/bin';

/** The superuser of the databases. */
const user = 'postgres';
const password = 'test';

/** PostgreSQL and Patroni do not run as root. */
const asUser = isRoot() ? { uid: nobody, gid: nobody } : {};

/**
 * PostgreSQL as Patroni runs it: three nodes with etcd, of which one is the primary and one a synchronous standby, and haproxy, whose port
 * leads to the primary. Needs Debian's packages etcd-server, patroni, postgresql-15 and haproxy.
 */
export class PatroniCluster {
  /** Starts a new cluster; resolves once it has a synchronous standby. */
  static async start() {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-patroni-'));
    const cluster = new PatroniCluster();
    const [port, etcd, peer] = [await freePort(), await freePort(), await freePort()];
    Object.assign(cluster, { port, user, password, nodes: [] });
    for (let n = 0; n < 3; n++)
      cluster.nodes.push({ name: `node${n}`, port: await freePort(), rest: await freePort() });
    for (const { name } of cluster.nodes) {
      mkdirSync(join(folder, name));
      if (isRoot()) chownSync(join(folder, name), nobody, nobody);
    }
    if (isRoot()) chownSync(folder, nobody, nobody);
    cluster.etcd = startEtcd(folder, etcd, peer);
    for (const node of cluster.nodes) {
      node.folder = join(folder, node.name);
      writeFileSync(`${node.folder}.yml`, configuration(node, etcd));
      cluster.launch(node);
    }
    cluster.proxy = startPrimaryProxy(folder, port, {
      checks: ['option httpchk OPTIONS /primary', 'http-check expect status 200'],
      servers: cluster.nodes.map((node) => `${node.port} check port ${node.rest} inter 500ms`),
    });
    await cluster.waitUntilHealthy();
    return cluster;
  }

  /** Has the synchronous standby take the place of the primary, in order. */
  async switchOver() {
    const { leader, members } = await this.state();
    const candidate = members.find(({ role }) => role === 'sync_standby')?.name;
    const body = JSON.stringify({ leader, candidate });
    const { ok, status } = await this.request('/switchover', { method: 'POST', body });
    if (!ok) throw new Error(`Patroni answered a switchover with ${status}`);
  }

  /** Kills the node of the primary: PostgreSQL and Patroni. Returns the node. */
  async killPrimary() {
    const { leader } = await this.state();
    const node = this.nodes.find(({ name }) => name === leader);
    const [pid] = readFileSync(join(node.folder, 'data/postmaster.pid'), 'utf8').split('\n');
    node.process.kill('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    return node;
  }

  /** Starts Patroni on a node, which starts PostgreSQL. */
  launch(node) {
    node.process = spawn('patroni', [`${node.folder}.yml`], { ...asUser, cwd: '/', stdio: 'ignore' });
  }

  /** Waits until all nodes run, one is the primary, and one is its synchronous standby. */
  async waitUntilHealthy(other = '') {
    for (;;) {
      const { leader, members } = await this.state();
      const isRunning = members.length === 3 && members.every(({ state }) => /running|streaming/.test(state));
      const hasStandby = members.some(({ role }) => role === 'sync_standby');
      if (isRunning && hasStandby && leader && leader !== other) return leader;
      await sleep(200);
    }
  }

  /** Returns the name of the primary, and the members with their roles. */
  async state() {
    const response = await this.request('/cluster').catch(() => undefined);
    const members = response?.ok ? ((await response.json()).members ?? []) : [];
    return { leader: members.find(({ role }) => role === 'leader')?.name, members };
  }

  /** Kills everything. */
  async stop() {
    for (const { process: patroni, folder } of this.nodes) {
      patroni.kill('SIGKILL');
      const stop = ['-D', join(folder, 'data'), '-m', 'immediate', 'stop'];
      spawnSync(join(bin, 'pg_ctl'), stop, { ...asUser, stdio: 'ignore' });
    }
    for (const child of [this.proxy, this.etcd]) child.kill('SIGKILL');
  }

  /** Sends a request to Patroni on some node. */
  async request(path, init) {
    for (const { rest } of this.nodes) {
      const signal = AbortSignal.timeout(30_000);
      const response = await fetch(`http://127.0.0.1:${rest}${path}`, { ...init, signal }).catch(
        () => undefined,
      );
      if (response) return response;
    }
    throw new Error('Patroni runs on no node');
  }
}

function startEtcd(folder, port, peer) {
  const [url, peerUrl] = [port, peer].map((each) => `http://127.0.0.1:${each}`);
  const options = [
    ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ];
  return spawn('etcd', options, { ...asUser, cwd: '/', stdio: 'ignore' });
}

/** JSON is YAML too. */
function configuration({ name, folder, port, rest }, etcd) {
  const address = (each) => `127.0.0.1:${each}`;
  const account = { username: user, password };
  return JSON.stringify({
    scope: 'tickets',
    name,
    restapi: { listen: address(rest), connect_address: address(rest) },
    etcd3: { host: address(etcd) },
    bootstrap: {
      dcs: {
        ...{ ttl: 20, loop_wait: 5, retry_timeout: 5, synchronous_mode: true },
        postgresql: { use_pg_rewind: true, parameters: { max_connections: 100 } },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'data-checksums'],
      pg_hba: ['host all all 127.0.0.1/32 scram-sha-256', 'host replication all 127.0.0.1/32 scram-sha-256'],
    },
    postgresql: {
      ...{ listen: address(port), connect_address: address(port), bin_dir: bin },
      ...{ data_dir: join(folder, 'data'), pgpass: join(folder, 'pgpass') },
      authentication: { superuser: account, replication: account, rewind: account },
      parameters: { unix_socket_directories: '', password_encryption: 'scram-sha-256' },
    },
  });
}
