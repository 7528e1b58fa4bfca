import { spawn } from 'node:child_process';
import { once } from 'node:events';
/** User id of Debian's `nobody`, used when this process is root, because PostgreSQL does not run as root. */
export const nobody = 65_534;
/** Running children of this process, each with the function that tells it to end. */
const children = new Map();
process.on('exit', () => {
    for (const kill of children.values())
        kill();
});
/**
 * Starts a binary in its own session, so that Ctrl-C stops the service, which then stops PostgreSQL.
 * As root it switches to `nobody` but keeps the capability to enter any directory, because the project may be in /root.
 * @param kill tells the child to end; called at the latest when this process exits
 */
export function startChild(binary, options, kill) {
    const asNobody = [
        ...[`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
        // Without this securebit, access(2) ignores the capability for users other than root.
        ...['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'],
    ];
    const env = { ...process.env, LC_ALL: 'C' };
    const settings = { detached: true, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], env };
    const child = isRoot()
        ? spawn('setpriv', [...asNobody, binary, ...options], settings)
        : spawn(binary, options, settings);
    children.set(child, () => {
        kill(child);
    });
    for (const event of ['exit', 'error'])
        child.once(event, () => children.delete(child));
    return child;
}
/** Ends a child; resolves once it has ended. */
export async function endChild(child) {
    const kill = children.get(child);
    if (!kill)
        return;
    child.ref();
    const ended = once(child, 'exit');
    kill();
    await ended;
}
/** Ends all children, at any moment of a start; resolves once they have ended. */
export async function endChildren() {
    while (children.size > 0)
        await Promise.all([...children.keys()].map(endChild));
}
/** Collects the last 2 KiB of a child's messages. */
export function collectMessages(child) {
    let text = '';
    child.on('error', (error) => (text += error.message));
    child.stderr?.on('data', (chunk) => (text = (text + chunk.toString()).slice(-2048)));
    return () => text.trim().replaceAll('\n', ' | ');
}
/** Tests if this process runs as root. */
export function isRoot() {
    return process.getuid?.() === 0;
}
//# sourceMappingURL=child-processes.js.map