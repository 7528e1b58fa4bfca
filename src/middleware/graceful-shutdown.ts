import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long running requests may take to finish before their connections are cut. */
const graceMs = 10_000;
const sweepMs = 50;

/** How long a connection that has sent nothing yet may take to begin. */
const silentMs = 500;

/** The connections of a server that are open, whenever they are looked at. */
export function watchConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Tells every client from now on, with its answer, to make a new connection for its next request. */
export function closeAfterAnswers(server: Server): void {
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
}

/** Stops taking connections, and resolves once every request that was under way on these has been answered. */
export async function drain(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A kept-alive connection turns idle when its last request is answered, and would stay open.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, sweepMs);
  // To Node one that was made in advance, and has sent nothing, is not idle but about to send.
  const silence = setTimeout(() => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, silentMs);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(silence);
  clearTimeout(deadline);
}
