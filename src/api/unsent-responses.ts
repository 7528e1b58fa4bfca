import type { ServerResponse } from 'node:http';

/** A response up to this size fits into the buffers of the system, so that this process keeps nothing of it. */
const smallBytes = 64 * 1024;

/** The limit of what the process keeps of large responses whose clients do not read them. */
const maxUnsentBytes = 16 * 1024 * 1024;

/** A client that reads gets a response within this time, however many were sent to others at once. */
const graceMs = 2_000;

/** The large responses that are not sent completely, the oldest first. */
const unsent = new Map<ServerResponse, { bytes: number; since: number }>();
let unsentBytes = 0;

/**
 * Counts a large response until it is sent. If the process keeps too much of such responses, the connections of the oldest ones
 * are closed: their clients have had the longest time to read. The server closes connections that make no progress itself.
 * @param bytes the size of the body
 */
export function boundUnsent(response: ServerResponse, bytes: number): void {
  if (bytes <= smallBytes) return;
  const since = performance.now();
  unsent.set(response, { bytes, since });
  unsentBytes += bytes;
  response.once('close', () => {
    if (unsent.delete(response)) unsentBytes -= bytes;
  });
  for (const [oldest, sent] of unsent) {
    if (unsentBytes <= maxUnsentBytes || sent.since > since - graceMs) break;
    unsent.delete(oldest);
    unsentBytes -= sent.bytes;
    oldest.destroy();
  }
}
