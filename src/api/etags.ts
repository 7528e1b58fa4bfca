import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** The entity tag of a version (RFC 9110, section 8.8.3). It is strong: a version has one representation. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Whether If-None-Match names this entity tag (RFC 9110, section 13.1.2), weak or not. Express would ask for the absence
 * of Cache-Control: no-cache too, which fetch sends with every conditional request.
 */
export function etagMatches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/**
 * The versions that If-Match names (RFC 9110, section 13.1.1): undefined where any will do, as there is no such header
 * or it is `*`. Weak tags and tags that are not the service's match nothing, as the standard wants it.
 */
function parseIfMatch(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => /^"([1-9]\d{0,8})"$/.exec(tag.trim())?.[1]);
  return tags.flatMap((tag) => (tag === undefined ? [] : [Number(tag)]));
}

/** The versions that the request's If-Match names; undefined where any will do. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseIfMatch(context.switchToHttp().getRequest<Request>().get('if-match')),
);
