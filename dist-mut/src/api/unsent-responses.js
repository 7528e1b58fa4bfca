import { Readable } from 'node:stream';
/** A response up to this size fits into the buffers of the system, so that this process keeps nothing of it. */
const smallBytes = 64 * 1024;
/** The limit of what the process keeps of large responses whose clients do not read them. */
const maxUnsentBytes = 16 * 1024 * 1024;
/** The responses are looked at this often. One that got no further between two looks is one that its client does not read. */
const checkMs = 250;
/** The large responses that are not sent completely, the oldest first. */
const unsent = new Map();
let unsentBytes = 0;
let checks;
/**
 * Ends a response with this text. A large text is sent in parts, so that it shows how far its client has read it. If the process
 * keeps too much of large responses, the connections of those that clients do not read are closed, the oldest first. The server
 * itself closes a connection without progress later.
 */
export function endResponse(response, text, bytes) {
    if (bytes <= smallBytes) {
        response.end(text);
        return;
    }
    unsent.set(response, { bytes, taken: -1 });
    unsentBytes += bytes;
    response.once('close', () => {
        forget(response);
    });
    checks ??= setInterval(closeUnread, checkMs).unref();
    Readable.from(partsOf(Buffer.from(text))).pipe(response);
}
function* partsOf(body) {
    for (let at = 0; at < body.length; at += smallBytes)
        yield body.subarray(at, at + smallBytes);
}
function closeUnread() {
    for (const [response, sent] of unsent) {
        const { socket } = response.req;
        const taken = socket.bytesWritten;
        const isRead = taken !== sent.taken;
        sent.taken = taken;
        if (isRead || unsentBytes <= maxUnsentBytes)
            continue;
        forget(response);
        socket.destroy();
    }
}
function forget(response) {
    unsentBytes -= unsent.get(response)?.bytes ?? 0;
    unsent.delete(response);
    if (unsent.size > 0)
        return;
    clearInterval(checks);
    checks = undefined;
}
//# sourceMappingURL=unsent-responses.js.map