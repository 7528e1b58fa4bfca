import type { IncomingMessage } from 'node:http';

/** Whether a request only reads, and has no body: HEAD is GET without its content (RFC 9110, section 9.3.2). */
export function isSafeMethod({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
