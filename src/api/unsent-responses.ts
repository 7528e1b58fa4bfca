import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A response up to this size fits into the buffers of the system, so that this process keeps nothing of it. */
const smallBytes = 64 * 1024;

/** The length of the parts of larger ones. */
const partCharacters = 32 * 1024;

/** The limit of what the process keeps of large responses whose clients do not read them. */
const maxUnsentBytes = 16 * 1024 * 1024;

/** The responses are looked at this often. One that got no further between two looks is one that its client does not read. */
const checkMs = 250;

interface UnsentResponse {
  bytes: number;
  /** The bytes that its connection had taken at the last check; -1 before the first. */
  taken: number;
}

/** The large responses that are not sent completely, the oldest first. */
const unsent = new Map<ServerResponse, UnsentResponse>();
let unsentBytes = 0;
let checks: NodeJS.Timeout | undefined;

/**
 * Ends a response with this text. A large text is sent in parts, so that it shows how far its client has read it. If the process
 * keeps too much of large responses, the connections of those that clients do not read are closed, the oldest first. The server
 * itself closes a connection without progress later.
 */
export function endResponse(response: ServerResponse, text: string, bytes: number): void {
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
  Readable.from(partsOf(text)).pipe(response);
}

/** Encodes a part when it is sent, so that responses with the same text share it. */
function* partsOf(text: string): Generator<Buffer> {
  let at = 0;
  while (at < text.length) {
    let end = Math.min(at + partCharacters, text.length);
    // A pair of surrogates is one character.
    if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length) end--;
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}

function closeUnread(): void {
  for (const [response, sent] of unsent) {
    const { socket } = response.req;
    const taken = socket.bytesWritten;
    const isRead = taken !== sent.taken;
    sent.taken = taken;
    // A response that waits behind another one on its connection is not told that the connection was closed.
    if (!socket.destroyed && (isRead || unsentBytes <= maxUnsentBytes)) continue;
    forget(response);
    socket.destroy();
  }
}

function forget(response: ServerResponse): void {
  unsentBytes -= unsent.get(response)?.bytes ?? 0;
  unsent.delete(response);
  if (unsent.size > 0) return;
  clearInterval(checks);
  checks = undefined;
}
