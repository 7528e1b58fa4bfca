import { Problem } from '../api/problem.js';
import type { TicketStatus } from './ticket.entity.js';

/** 404: no ticket has this id. */
export class TicketNotFound extends Problem {
  constructor(id: number) {
    super('not-found', `There is no ticket ${id}`);
  }
}

/** 409: the rules do not allow this transition. */
export class TransitionNotAllowed extends Problem {
  constructor(current: TicketStatus, to: TicketStatus, allowed: readonly TicketStatus[]) {
    const rule = allowed.length > 0 ? `it can become ${allowed.join(' or ')}, not` : 'it cannot become';
    super('transition-not-allowed', `The ticket is ${current}: ${rule} ${to}`, { current, allowed });
  }
}

/** 409: a closed ticket accepts no comments. */
export class TicketClosed extends Problem {
  constructor(current: TicketStatus, allowed: readonly TicketStatus[]) {
    super('ticket-closed', `The ticket is ${current} and accepts no comments`, { current, allowed });
  }
}

/** 412: If-Match does not list the version of the ticket. */
export class VersionMismatch extends Problem {
  constructor(version: number) {
    super('precondition-failed', `The ticket is in version ${version}, which If-Match does not list`);
  }
}
