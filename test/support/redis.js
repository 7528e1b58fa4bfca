import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

import { freePort } from '../../dist/src/database/free-port.js';

/** How many databases a Redis has where nobody has said otherwise. */
const defaultDatabases = 16;

/**
 * The Redis that REDIS_URL names; else one of the tests' own, from redis-server on the PATH, which is installed first
 * where that is possible: as root, on a system with apt-get.
 * @returns {Promise<{ url: string, databases: number, stop: () => void }>}
 */
export async function startRedis() {
  const { REDIS_URL } = process.env;
  if (REDIS_URL) return { url: REDIS_URL, databases: defaultDatabases, stop: () => undefined };
  if (!isInstalled()) install();
  const port = await freePort();
  const databases = 1_000;
  const settings = {
    ...{ port, bind: '127.0.0.1', databases, requirepass: 'test' },
    ...{ save: '', appendonly: 'no' },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  return { url: `redis://:test@127.0.0.1:${port}`, databases, stop: () => server.kill() };
}

function isInstalled() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

function install() {
  const apt = (...options) => spawnSync('apt-get', options, { stdio: 'ignore' }).status === 0;
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', 'redis-server') || !isInstalled()) {
    throw new Error('The tests need a Redis: install redis-server, or set REDIS_URL to one they may use');
  }
}
