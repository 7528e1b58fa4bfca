import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../dist/src/database/free-port.js';

/** First version that supports prepared statements in transaction mode. */
const [major, minor] = [1, 21];

/**
 * Starts pgbouncer in transaction mode in front of all databases of a PostgreSQL on this machine.
 * @param {{ port: number, user: string, password: string }} postgres
 * @returns {Promise<{ environment: Record<string, string>, stop: () => void }>} variables that connect the service through it
 */
export async function startPgbouncer({ port: serverPort, user, password }) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'ticket-pgbouncer-'));
  const supportsNames = supportsNamedStatements();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    pool_mode: 'transaction',
    auth_type: 'scram-sha-256',
    auth_file: join(folder, 'users.txt'),
    max_client_conn: 1_000,
    default_pool_size: 20,
    // After a failover, the next attempt to connect comes after this many seconds instead of 15.
    server_login_retry: 1,
    // pgbouncer drops these parameters of the service's connections; connect_query below sets them instead.
    ignore_startup_parameters: 'statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
    ...(supportsNames && { max_prepared_statements: 200 }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const timeouts =
    'SET statement_timeout = 1500; SET lock_timeout = 1000; SET idle_in_transaction_session_timeout = 1500';
  const database = `* = host=127.0.0.1 port=${serverPort} connect_query='${timeouts}'`;
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, ['[databases]', database, '[pgbouncer]', ...lines, ''].join('\n'));
  writeFileSync(settings.auth_file, `"${user}" "${password}"\n`);
  chmodSync(folder, 0o755);
  // pgbouncer does not run as root.
  const options = process.getuid?.() === 0 ? ['-u', 'nobody', file] : [file];
  const child = spawn('pgbouncer', ['-q', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  await waitUntilOpen(port);
  const environment = { POSTGRES_PORT: String(port), POSTGRES_NAMED_STATEMENTS: String(supportsNames) };
  return { environment, stop: () => child.kill('SIGKILL') };
}

function supportsNamedStatements() {
  const { stdout, error } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  if (error) throw new Error('Install pgbouncer: apt-get install pgbouncer');
  const [, first, second] = (/(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  return first > major || (first === major && second >= minor);
}

async function waitUntilOpen(port) {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await sleep(20);
  }
}
