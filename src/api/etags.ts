/** Returns the entity tag of a version (RFC 9110, section 8.8.3). It is strong because a version has one representation. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Checks whether If-None-Match names this entity tag, weak or strong (RFC 9110, section 13.1.2). Express would also require
 * the absence of Cache-Control: no-cache, which fetch sends with every conditional request.
 */
export function etagMatches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/**
 * Parses If-Match (RFC 9110, section 13.1.1): undefined if any version is accepted, without the header or for `*`. Weak
 * tags and tags that the service did not issue match no version.
 */
export function parseIfMatch(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => /^"([1-9]\d{0,8})"$/.exec(tag.trim())?.[1]);
  return tags.flatMap((tag) => (tag === undefined ? [] : [Number(tag)]));
}
