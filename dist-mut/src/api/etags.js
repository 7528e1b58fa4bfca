import { InvalidRequest } from './problem.js';
/**
 * Returns the entity tag of a version (RFC 9110, section 8.8.3). It is strong because a version has one representation for each
 * audience: that of requesters has a tag of its own.
 */
export function etagOf(version, audience = 'team') {
    return audience === 'team' ? `"${version}"` : `"${version}-r"`;
}
/**
 * Checks whether If-None-Match names this entity tag, weak or strong (RFC 9110, section 13.1.2). Express would also require
 * the absence of Cache-Control: no-cache, which fetch sends with every conditional request.
 */
export function etagMatches(header, etag) {
    if (header === undefined)
        return false;
    const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return tags.includes(etag) || tags.includes('*');
}
/** A list of entity tags; a weak one begins with W/. */
const tagList = /^\s*(W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(,\s*(W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)*$/;
/**
 * Parses If-Match (RFC 9110, section 13.1.1): undefined if any version is accepted, without the header or for `*`. Tags that
 * the service did not issue match no version. A weak tag counts as a strong one, because proxies that compress a response
 * weaken its tag, and a version has one representation.
 */
export function parseIfMatch(header) {
    if (header === undefined || header.trim() === '*')
        return undefined;
    if (!tagList.test(header))
        throw new InvalidRequest([{ field: 'If-Match', message: 'must be * or entity tags such as "3"' }]);
    const tags = header.split(',').map((tag) => /^(?:W\/)?"([1-9]\d{0,8})(?:-r)?"$/.exec(tag.trim())?.[1]);
    return tags.flatMap((tag) => (tag === undefined ? [] : [Number(tag)]));
}
//# sourceMappingURL=etags.js.map