import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

import { freePort } from '../../dist/src/database/free-port.js';

/**
 * The Redis that REDIS_URL names; else one of the tests' own, from redis-server on the PATH, which is installed first
 * where that is possible: as root, on a system with apt-get.
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export async function startRedis() {
  const { REDIS_URL } = process.env;
  if (REDIS_URL) return { url: REDIS_URL, stop: () => undefined };
  if (!isInstalled()) install();
  const port = await freePort();
  const settings = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', requirepass: 'test' };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  return { url: `redis://:test@127.0.0.1:${port}`, stop: () => server.kill() };
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
