import { spawnSync } from 'node:child_process';

import { RedisServer } from '../../deploy/local/redis-server.js';
import { freePort } from '../../dist/src/database/free-port.js';

/** Databases of a Redis with the default configuration. */
const defaultDatabases = 16;

/**
 * Connects the tests to the Redis of REDIS_URL, or starts one if it is unset. Installs redis-server first if it is missing,
 * which needs apt-get and root.
 * @returns {Promise<{ url: string, databases: number, stop: () => Promise<void> }>}
 */
export async function startRedis() {
  // Needed with REDIS_URL too, because tests that inject faults start a Redis of their own.
  if (!isInstalled()) install();
  const { REDIS_URL } = process.env;
  if (REDIS_URL) return { url: REDIS_URL, databases: defaultDatabases, stop: () => Promise.resolve() };
  const port = await freePort();
  const databases = 1_000;
  const server = new RedisServer(port, { databases, requirepass: 'test' });
  await server.launch();
  return { url: `redis://:test@127.0.0.1:${port}`, databases, stop: () => server.kill() };
}

function isInstalled() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

function install() {
  const apt = (...options) => spawnSync('apt-get', options, { stdio: 'ignore' }).status === 0;
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', 'redis-server') || !isInstalled()) {
    throw new Error('Install redis-server, which the tests need');
  }
}
