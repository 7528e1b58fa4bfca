import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/** How long running requests may take to finish before their connections are cut. */
const graceMs = 10_000;
const sweepMs = 50;

/** Tells every client from now on, with its answer, to make a new connection for its next request. */
export function closeAfterAnswers(server: Server): void {
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
}

/** Stops taking connections, and resolves once every request that was under way has been answered. */
export async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A kept-alive connection turns idle when its last request is answered, and would stay open.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, sweepMs);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
