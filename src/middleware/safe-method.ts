import type { IncomingMessage } from 'node:http';

/** Checks for GET and HEAD: the methods that change nothing and have no body (RFC 9110, section 9.2.1). */
export function isSafeMethod({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
