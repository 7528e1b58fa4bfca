import type { ApiHeaderOptions } from '@nestjs/swagger';

/** Headers of an answer, as /docs describes them. */
export type Headers = Record<
  string,
  { description: string; schema: { type: 'string' | 'integer'; enum?: string[] } }
>;

/** The header of an answer that asks to come again. */
export const retryAfter: Headers = {
  'Retry-After': { description: 'After how many seconds to try again', schema: { type: 'integer' } },
};

/** The header of a page that has a next one. */
export const nextPage: Headers = {
  Link: { description: 'The next page, with rel="next"; absent on the last one', schema: { type: 'string' } },
};

/** The headers of an answer that shows a ticket in a version. */
export const versioned: Headers = {
  ETag: {
    description: 'The version of the ticket, for If-Match and If-None-Match',
    schema: { type: 'string' },
  },
};

/** The headers of the answer to a call that creates. */
export const created: Headers = {
  Location: { description: 'The path of the ticket', schema: { type: 'string' } },
  'Idempotency-Replayed': {
    description: 'true where this was the answer to an earlier request with the same Idempotency-Key',
    schema: { type: 'string', enum: ['true'] },
  },
};

/** The headers of an answer that can come from the cache. */
export const cached: Headers = {
  'X-Cache': {
    description: 'Whether the answer came from the cache; BYPASS while the service does without it',
    schema: { type: 'string', enum: ['HIT', 'MISS', 'BYPASS'] },
  },
};

/** The header that makes a read conditional. */
export const ifNoneMatch: ApiHeaderOptions = {
  name: 'If-None-Match',
  description:
    'ETags of versions that the client has: if the ticket is still in one of them, the answer is 304.',
  required: false,
  schema: { type: 'string' },
};

/** The header that makes a write conditional. */
export const ifMatch: ApiHeaderOptions = {
  name: 'If-Match',
  description: 'ETags of versions: if the ticket is in none of them, nothing changes and the answer is 412.',
  required: false,
  schema: { type: 'string' },
};

/** The header that makes a POST safe to repeat. */
export const idempotencyKey: ApiHeaderOptions = {
  name: 'Idempotency-Key',
  description:
    'A key of the client’s for this very request, e.g. a UUID. A repeat within 24 hours changes nothing and gets the first answer again.',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};
