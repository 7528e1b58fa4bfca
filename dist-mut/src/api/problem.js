import { overloadRejections } from '../observability/metrics.js';
/**
 * The kinds of problems: the last part of the type URI, with its status and its title. The kind and the status are part of the
 * contract; the title is for people.
 */
export const problemKinds = {
    'invalid-request': { status: 400, title: 'Invalid request' },
    unauthenticated: { status: 401, title: 'Authentication required' },
    forbidden: { status: 403, title: 'Forbidden' },
    'link-invalid': { status: 403, title: 'Link invalid' },
    'not-found': { status: 404, title: 'Not found' },
    'method-not-allowed': { status: 405, title: 'Method not allowed' },
    'transition-not-allowed': { status: 409, title: 'Transition not allowed' },
    'external-id-taken': { status: 409, title: 'External id taken' },
    'ticket-claimed': { status: 409, title: 'Ticket claimed' },
    'limit-reached': { status: 409, title: 'Limit reached' },
    'request-in-progress': { status: 409, title: 'Request in progress' },
    'ticket-closed': { status: 409, title: 'Ticket closed' },
    'attachment-pending': { status: 409, title: 'Attachment pending' },
    'attachment-complete': { status: 409, title: 'Attachment complete' },
    'upload-invalid': { status: 409, title: 'Upload invalid' },
    'ticket-deleted': { status: 410, title: 'Ticket deleted' },
    'answer-erased': { status: 410, title: 'Answer erased' },
    'cursor-expired': { status: 410, title: 'Cursor expired' },
    'feed-restarted': { status: 410, title: 'Feed restarted' },
    'precondition-failed': { status: 412, title: 'Precondition failed' },
    'body-too-large': { status: 413, title: 'Body too large' },
    'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
    'idempotency-key-reused': { status: 422, title: 'Idempotency key reused' },
    'search-too-broad': { status: 422, title: 'Search too broad' },
    'internal-error': { status: 500, title: 'Internal server error' },
    'too-many-requests': { status: 429, title: 'Too many requests' },
    unavailable: { status: 503, title: 'Service unavailable' },
    'insufficient-storage': { status: 507, title: 'Insufficient storage' },
};
/** Returns the URI of a kind of problem. It never changes. */
export function problemType(kind) {
    return `urn:problem-type:ticket-system:${kind}`;
}
/** The seconds after which a client may try again when the service is unavailable. */
export const retryAfterSeconds = 1;
/**
 * An error for the client. `ProblemFilter` sends it as problem details.
 * @see RFC 9457, Problem Details for HTTP APIs
 */
export class Problem extends Error {
    kind;
    extensions;
    headers;
    /**
     * @param kind the kind of the problem, which has a status and a title
     * @param detail an explanation of this occurrence, for people
     * @param extensions further members of the body, for programs
     * @param headers headers of the response
     */
    constructor(kind, detail, extensions = {}, headers = {}) {
        super(detail);
        this.kind = kind;
        this.extensions = extensions;
        this.headers = headers;
    }
}
/** 400: fields, parameters or a body that break their rules. Nothing has changed. */
export class InvalidRequest extends Problem {
    constructor(errors) {
        const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
        super('invalid-request', detail, { errors });
    }
}
/** 503: MAX_IN_FLIGHT is reached. */
export class Overloaded extends Problem {
    constructor() {
        super('unavailable', 'The service is overloaded');
        overloadRejections.inc();
    }
}
//# sourceMappingURL=problem.js.map