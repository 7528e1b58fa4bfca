import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { Injectable } from '@nestjs/common';

/** Time limit for running requests, after which their connections are closed. */
const drainTimeoutMs = 10_000;

/** Interval at which idle connections are closed. */
const idleSweepMs = 50;

/** Time limit for a connection that has not sent a byte yet. */
const silentTimeoutMs = 500;

/** State that the readiness probe reports. */
@Injectable()
export class Readiness {
  /** True after SIGTERM: load balancers should send no new requests. */
  isShuttingDown = false;
}

/** Tracks the open connections of a server. */
export function watchConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Adds `Connection: close` to every response, so that clients open their next connection elsewhere. */
export function closeAfterResponses(server: Server): void {
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
}

/** Stops accepting connections; resolves once every running request has its response, or after 10 s. */
export async function drain(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A kept-alive connection turns idle after its last response, and would stay open.
  const sweep = setInterval(server.closeIdleConnections.bind(server), idleSweepMs);
  // Node.js does not count a connection as idle before its first request.
  const silence = setTimeout(() => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, silentTimeoutMs);
  const deadline = setTimeout(server.closeAllConnections.bind(server), drainTimeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(silence);
  clearTimeout(deadline);
}
