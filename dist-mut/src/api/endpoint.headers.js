/** The header of responses that ask the client to try again. */
export const retryAfter = {
    'Retry-After': { description: 'The seconds to wait before trying again', schema: { type: 'integer' } },
};
/** The header of a page that is not the last one. */
export const nextPage = {
    Link: { description: 'The next page, with rel="next"; absent on the last one', schema: { type: 'string' } },
};
/** The header of responses that show a version of a ticket. */
export const versioned = {
    ETag: {
        description: 'The version of the ticket, for If-Match and If-None-Match',
        schema: { type: 'string' },
    },
};
/** The header of the response to a write with an Idempotency-Key. */
export const repeated = {
    'Idempotency-Replayed': {
        description: 'true if this repeats the response to an earlier request with the same Idempotency-Key',
        schema: { type: 'string', enum: ['true'] },
    },
};
/** The header of the response to a creation. */
export const created = {
    Location: {
        description: 'The address of what was created: it begins with PUBLIC_URL, or is a path without it',
        schema: { type: 'string' },
    },
};
/** The header of responses that can come from the cache. */
export const cached = {
    'X-Cache': {
        description: 'HIT from the cache, MISS from the database, BYPASS while the cache is not in use',
        schema: { type: 'string', enum: ['HIT', 'MISS', 'BYPASS'] },
    },
};
const optionalText = { required: false, schema: { type: 'string' } };
/** The request header of a conditional read. */
export const ifNoneMatch = {
    ...{ name: 'If-None-Match', ...optionalText },
    description: 'ETags of versions that the client has. If the ticket is still in one of them, the response is 304.',
};
/** The request header of a conditional write. */
export const ifMatch = {
    ...{ name: 'If-Match', ...optionalText },
    description: 'ETags of versions. If the ticket is in none of them, nothing changes and the response is 412.',
};
/** The request header of a write that is safe to repeat. */
export const idempotencyKey = {
    name: 'Idempotency-Key',
    description: 'A key that the client chooses for this one request, such as a UUID. A repeat within 24 hours changes nothing and gets the first response again.',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};
//# sourceMappingURL=endpoint.headers.js.map