import { Problem } from '../api/problem.js';
import type { TicketStatus } from './ticket-status.js';

/** 404: there is no ticket with this id. */
export class TicketNotFound extends Problem {
  constructor(id: number | string) {
    super('not-found', `There is no ticket ${id}`);
  }
}

/** 409: the rules do not allow this move from where the ticket stands. */
export class TransitionNotAllowed extends Problem {
  constructor(current: TicketStatus, to: TicketStatus, allowed: readonly TicketStatus[]) {
    const may = allowed.length > 0 ? `may become ${allowed.join(' or ')}` : 'stays so';
    super('transition-not-allowed', `The ticket is ${current} and ${may}, not ${to}`, { current, allowed });
  }
}

/** 409: a closed ticket takes no comment. */
export class TicketClosed extends Problem {
  constructor(current: TicketStatus, allowed: readonly TicketStatus[]) {
    super('ticket-closed', `The ticket is ${current} and takes no comment`, { current, allowed });
  }
}

/** 412: the ticket is not, or no longer, in a version that If-Match names. */
export class VersionMismatch extends Problem {
  constructor(version: number) {
    super('precondition-failed', `The ticket is in version ${version}, which If-Match does not name`);
  }
}
