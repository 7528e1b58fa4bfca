/** The kinds of problems the service answers with: the last part of their type URI, their status and their title. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'It is not known who calls' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'transition-not-allowed': { status: 409, title: 'The rules do not allow this move' },
  'request-in-progress': { status: 409, title: 'The first request with this key is under way' },
  'ticket-closed': { status: 409, title: 'A closed ticket takes no comment' },
  'cursor-expired': { status: 410, title: 'The feed is no longer kept from there on' },
  'precondition-failed': { status: 412, title: 'The ticket has changed since' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is in a format the service does not read' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'internal-error': { status: 500, title: 'The service has a fault' },
  'too-many-requests': { status: 429, title: 'The client calls too often' },
  unavailable: { status: 503, title: 'The service cannot answer now' },
} as const;

/** The name of a kind of problem. */
export type ProblemKind = keyof typeof problemKinds;

/** The URI that names a kind of problem, for ever. */
export function problemType(kind: string): string {
  return `urn:problem-type:ticket-system:${kind}`;
}

/** After how many seconds a client may try again where the service cannot answer now. */
export const retryAfterSeconds = 1;

/** What is to be said of one problem. */
interface Occurrence {
  detail: string;
  /** What was asked for; its query is left out. */
  url: string;
  requestId: string | undefined;
  extensions?: Readonly<Record<string, unknown>>;
}

/** The body of a problem (RFC 9457, section 3.1). */
export function problemBody(kind: ProblemKind, { detail, url, requestId, extensions }: Occurrence): string {
  const { status, title } = problemKinds[kind];
  const [instance] = url.split('?', 1);
  const members = { type: problemType(kind), title, status, detail, instance, request_id: requestId };
  return JSON.stringify({ ...members, ...extensions });
}

/** What is wrong with one field. */
export interface FieldError {
  field: string;
  message: string;
}

/**
 * An error that is meant for the client. The filter answers it as problem details.
 * @see RFC 9457, Problem Details for HTTP APIs
 */
export class Problem extends Error {
  /**
   * @param kind what kind of problem it is; says the status and the title
   * @param detail what is wrong this time, for a person to read
   * @param extensions further members, for a program to read
   * @param headers what the headers of the answer say of it
   */
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly extensions: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

/** 400 for fields, parameters or bodies that break their rules; nothing has been changed. */
export class InvalidRequest extends Problem {
  constructor(errors: FieldError[]) {
    super('invalid-request', errors.map(({ field, message }) => `${field} ${message}`).join('; '), {
      errors,
    });
  }
}
