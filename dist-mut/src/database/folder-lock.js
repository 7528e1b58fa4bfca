import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
/**
 * Makes this process the only user of a folder, until the returned function is called or the process has ended.
 * The lock is a folder beside it with one file, named after its holder. Its first holder moves the whole folder into place,
 * and the next one renames the file of a holder that has ended: only one process can do either.
 * @throws Error of one line that names the process that uses the folder
 */
export async function lockFolder(folder) {
    const lock = `${folder}.lock`;
    const own = await identity(process.pid);
    await mkdir(dirname(folder), { recursive: true });
    for (;;) {
        const holder = await readHolder(lock);
        if (holder !== own && (await isRunning(holder)))
            throw new Error(`The data folder ${folder} is in use by process ${Number.parseInt(holder)}; set POSTGRES_HOST and REDIS_URL to run several replicas`);
        const taking = holder ? rename(join(lock, holder), join(lock, own)) : create(lock, own);
        // An error means that another process was faster.
        await taking.catch(() => undefined);
        if (existsSync(join(lock, own)))
            return () => rm(lock, { recursive: true, force: true });
    }
}
/** Tests if a running process has locked the folder. */
export async function isLocked(folder) {
    return isRunning(await readHolder(`${folder}.lock`));
}
async function readHolder(lock) {
    const [holder = ''] = await readdir(lock).catch(() => []);
    return holder;
}
async function isRunning(holder) {
    return holder !== '' && holder === (await identity(Number.parseInt(holder)));
}
async function create(lock, own) {
    const draft = `${lock}.${own}`;
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, own), '');
    try {
        await rename(draft, lock);
    }
    catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw error;
    }
}
/**
 * Process id and start time of a running process, because another process may get the id later; empty for none.
 * Without /proc, the id alone.
 */
export async function identity(pid) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The name of the program, which precedes the state, may contain spaces and parentheses.
    const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    if (stat)
        return state === 'Z' ? '' : `${pid}-${fields[18]}`;
    return process.platform !== 'linux' && isAlive(pid) ? String(pid) : '';
}
function isAlive(pid) {
    try {
        return process.kill(pid, 0);
    }
    catch (error) {
        // It runs as another user.
        return error.code === 'EPERM';
    }
}
//# sourceMappingURL=folder-lock.js.map