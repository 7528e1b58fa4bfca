import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Starts haproxy on a port that leads to the primary of some servers. Connections to a server end when it is no longer the primary.
 * @param {string} folder receives the configuration
 * @param {number} port
 * @param {{ checks: string[], servers: string[] }} primary how haproxy finds the primary, and the servers with their intervals
 */
export function startPrimaryProxy(folder, port, { checks, servers }) {
  const settings = 'fall 2 rise 1 on-marked-down shutdown-sessions';
  const lines = [
    ...['defaults', '  mode tcp', '  timeout connect 1s', '  timeout client 1h', '  timeout server 1h'],
    ...['  timeout check 1s', 'listen primary', `  bind 127.0.0.1:${port}`],
    ...checks.map((check) => `  ${check}`),
    ...servers.map((server, n) => `  server node${n} 127.0.0.1:${server} ${settings}`),
  ];
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
}
