import { Injectable } from '@nestjs/common';

import type { Problem } from '../api/problem.js';
import type { WriteContext } from '../api/write-context.js';
import { ticketStatuses, type TicketStatus } from './ticket.entity.js';
import { LimitReached, TicketClaimed, TicketClosed, TicketNotFound } from './ticket.errors.js';
import { TransitionNotAllowed, VersionMismatch } from './ticket.errors.js';

/** The rules of a ticket: the statuses that follow each status. */
const transitions: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  opened: ['answered', 'closed'],
  answered: ['awaited', 'closed'],
  awaited: ['answered', 'closed'],
  closed: [],
};

/** The statuses that a ticket can be transitioned to. */
export const transitionTargets = ticketStatuses.filter((to) =>
  Object.values(transitions).flat().includes(to),
);

/** The state of a ticket that a write found when it had locked the row. */
export interface TicketSnapshot {
  status: TicketStatus;
  version: number;
  /** The assignee; undefined if the write did not ask for it. */
  assignee?: string | null | undefined;
}

/**
 * The rules of transitions and comments. The policy does not decide on a write, because only the statement that locks the ticket
 * can: services pass sets of statuses from here to that statement, and ask the policy to explain a rejection.
 */
@Injectable()
export class TransitionPolicy {
  /** Returns the statuses from which a ticket can become `to`. */
  sourcesFor(to: TicketStatus): readonly TicketStatus[] {
    return ticketStatuses.filter((from) => transitions[from].includes(to));
  }

  /** Returns the statuses in which a ticket accepts comments: the ones that it can still leave. */
  commentable(): readonly TicketStatus[] {
    return ticketStatuses.filter((status) => transitions[status].length > 0);
  }

  /**
   * Returns the statuses in which a ticket accepts a change of its fields.
   * @param to the new status, which may be the one that the ticket has
   */
  changeable(to?: TicketStatus): readonly TicketStatus[] {
    const isAllowed = (from: TicketStatus) =>
      to === undefined || from === to || transitions[from].includes(to);
    return this.commentable().filter(isAllowed);
  }

  /** Checks whether a write found a ticket that accepts comments, in one of the context's versions. */
  accepts(found: TicketSnapshot | undefined, { versions }: WriteContext): found is TicketSnapshot {
    return (
      found !== undefined &&
      (versions?.includes(found.version) ?? true) &&
      this.commentable().includes(found.status)
    );
  }

  /**
   * Explains why a change of fields changed nothing.
   * @param to the new status, if the change has one
   * @param claimant the assignee of a claim
   */
  changeRejection(
    id: number,
    found: TicketSnapshot | undefined,
    context: WriteContext,
    { to, claimant }: { to?: TicketStatus | undefined; claimant?: string | null | undefined },
  ): Problem {
    if (!this.accepts(found, context)) return this.rejection(id, found, context);
    if (!this.changeable(to).includes(found.status)) return this.rejection(id, found, context, to);
    if (claimant && found.assignee && found.assignee !== claimant) return new TicketClaimed(found.assignee);
    return new LimitReached();
  }

  /**
   * Explains why a write changed nothing.
   * @param found the state that the write found; undefined if the ticket does not exist
   * @param to the status of a rejected transition; undefined for a rejected comment
   */
  rejection(
    id: number,
    found: TicketSnapshot | undefined,
    { versions }: WriteContext,
    to?: TicketStatus,
  ): Problem {
    if (!found) return new TicketNotFound(id);
    if (versions && !versions.includes(found.version)) return new VersionMismatch(found.version);
    const allowed = transitions[found.status];
    if (to === undefined) return new TicketClosed(found.status, allowed);
    return new TransitionNotAllowed(found.status, to, allowed);
  }
}
