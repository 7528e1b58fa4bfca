import { spawnSync } from 'node:child_process';

import { RedisServer } from '../../deploy/local/redis-server.js';
import { freePort } from '../../dist/src/database/free-port.js';

/** How many databases a Redis has where nobody has said otherwise. */
const defaultDatabases = 16;

/**
 * The Redis that REDIS_URL names; else one of the tests' own. For that, and for what they break, they need redis-server
 * on the PATH; it is installed first where that is possible: as root, on a system with apt-get.
 * @returns {Promise<{ url: string, databases: number, stop: () => Promise<void> }>}
 */
export async function startRedis() {
  // Those that tests break are their own, whatever the others are on.
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
    throw new Error('The tests need redis-server: install it');
  }
}
