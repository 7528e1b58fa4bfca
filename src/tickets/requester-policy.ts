import { lowerAddress, type Author, type Reader } from '../api/audience.js';
import { Problem } from '../api/problem.js';
import type { TicketDto } from './ticket.dto.js';

/** The fields of a ticket that requesters see. */
const shown = [
  ...(['id', 'theme', 'text', 'email', 'status', 'follows', 'version', 'comment_count'] as const),
  ...(['created_at', 'updated_at', 'status_changed_at', 'first_response_at', 'closed_at'] as const),
  ...(['comments', 'comments_next'] as const),
] satisfies (keyof TicketDto)[];

/** The filters that requesters may use. */
const filters = [
  ...['status', 'email', 'follows', 'created_from', 'created_to', 'updated_from', 'updated_to'],
  ...['closed_from', 'closed_to'],
];

/** The fields, parameters and statuses that requesters may use. Everything else is for the team. */
const allowed = {
  create: ['theme', 'text', 'email', 'follows'],
  transition: ['awaited', 'closed'],
  list: [...filters, 'q', 'sort', 'limit', 'cursor'],
  count: [...filters, 'by'],
  comment: ['text', 'email'],
  attach: ['name', 'content_type', 'size', 'sha256', 'comment_id'],
} as const;

/** The values that requesters may use, of parameters and fields that have others for the team. */
const allowedValues: Record<string, RegExp> = { sort: /^-?(created|updated)_at$/, by: /^status$/ };

/** 403: a requester used what is for the team, or the address of another one. */
class NotForRequesters extends Problem {
  constructor(field: string) {
    super('forbidden', `A token with the scope tickets:own does not allow this value of ${field}`, { field });
  }
}

/** Throws Problem 403 if a requester uses a field, parameter or status that is for the team, or the address of another one. */
export function assertRequesterMay(action: keyof typeof allowed, fields: object, { email }: Reader): void {
  if (email === undefined) return;
  const names: readonly string[] = allowed[action];
  const isFilter = action === 'list' || action === 'count';
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    const isOwn = name !== 'email' || isFilter || lowerAddress(String(value)) === lowerAddress(email);
    const isAllowed = allowedValues[name]?.test(String(value)) ?? true;
    const isPublic = name === 'visibility' && value === 'public';
    if (value !== undefined && !isPublic && !(names.includes(name) && isOwn && isAllowed))
      throw new NotForRequesters(name);
  }
}

/** Throws Problem 403 if a requester changes what the team has added. */
export function assertOfRequester(author: Author, { audience }: Reader): void {
  if (audience === 'requester' && author === 'team')
    throw new Problem('forbidden', 'The team has added this: a requester may not change it');
}

/** Returns tickets as a reader sees them: without the fields of the team for a requester. */
export function hideFromRequester<Ticket extends object>(tickets: Ticket[], { audience }: Reader): Ticket[] {
  if (audience === 'team') return tickets;
  const isShown = ([name]: [string, unknown]) => (shown as readonly string[]).includes(name);
  return tickets.map((ticket) => Object.fromEntries(Object.entries(ticket).filter(isShown)) as Ticket);
}
