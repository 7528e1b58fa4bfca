import type { Reader } from '../api/audience.js';
import { Problem } from '../api/problem.js';

/** Fields of a ticket that are the team's. Requesters neither see nor set them. */
const hidden = ['assignee', 'priority', 'tags', 'metadata', 'external_id', 'due_at'] as const;

/** The fields, parameters and statuses that requesters may use. Everything else is for the team, so a new one is too: `q` finds internal comments. */
const allowed = {
  create: ['theme', 'text', 'email', 'follows'],
  transition: ['awaited', 'closed'],
  list: ['status', 'email', 'created_from', 'created_to', 'updated_from', 'sort', 'limit', 'cursor'],
  comment: ['text', 'email'],
} as const;

/** The orders of lists that requesters may use. */
const sortPattern = /^-?(created|updated)_at$/;

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
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    const isOwn =
      name !== 'email' || action === 'list' || toLowerAscii(String(value)) === toLowerAscii(email);
    const isSort = name !== 'sort' || sortPattern.test(String(value));
    const isPublic = name === 'visibility' && value === 'public';
    if (value !== undefined && !isPublic && !(names.includes(name) && isOwn && isSort))
      throw new NotForRequesters(name);
  }
}

/** Returns tickets as a reader sees them: without the fields of the team for a requester. */
export function hideFromRequester<Ticket extends object>(tickets: Ticket[], { audience }: Reader): Ticket[] {
  if (audience === 'team') return tickets;
  const isShown = ([name]: [string, unknown]) => !(hidden as readonly string[]).includes(name);
  return tickets.map((ticket) => Object.fromEntries(Object.entries(ticket).filter(isShown)) as Ticket);
}

/** Two addresses that are equal so are equal for PostgreSQL's lower(), whatever its locale. */
function toLowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
