import type { Request, RequestHandler } from 'express';

import { filePath, streamedPath } from '../api/routes.js';

/** A body of at most 512 KiB, at some 220 kbit/s. */
const timeoutMs = 20_000;

/** The time for a client to notice that its upload was rejected. */
const rejectedMs = 5_000;

/**
 * Closes the connection of a request whose body has not arrived in time, with 408. Imports take as long as they make
 * progress. Uploads of attachments have an hour, but no more of the body is taken after the response.
 */
export function bodyTimeout(): RequestHandler {
  return (request, response, next) => {
    const { headers, socket } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && filePath.test(request.path)) {
      response.once('finish', () => {
        request.resume();
        closeUnlessComplete(request, rejectedMs, () => socket.destroy());
      });
    } else if (hasBody && !streamedPath.test(request.path)) {
      closeUnlessComplete(request, timeoutMs, () => {
        if (response.headersSent) socket.destroy();
        else socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => socket.destroy());
      });
    }
    next();
  };
}

function closeUnlessComplete(request: Request, ms: number, close: () => void): void {
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (!request.complete) close();
  }, ms);
  request.once('close', () => {
    clearTimeout(timer);
  });
}
