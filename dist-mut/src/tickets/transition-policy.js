var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Injectable } from '@nestjs/common';
import { ticketStatuses } from './ticket.entity.js';
import { LimitReached, TicketClaimed, TicketClosed, TicketNotFound } from './ticket.errors.js';
import { TransitionNotAllowed, VersionMismatch } from './ticket.errors.js';
/** The rules of a ticket: the statuses that follow each status. */
const transitions = {
    opened: ['answered', 'closed'],
    answered: ['awaited', 'closed'],
    awaited: ['answered', 'closed'],
    closed: [],
};
/** The statuses that a ticket can be transitioned to. */
export const transitionTargets = ticketStatuses.filter((to) => Object.values(transitions).flat().includes(to));
/**
 * The rules of transitions and comments. The policy does not decide on a write, because only the statement that locks the ticket
 * can: services pass sets of statuses from here to that statement, and ask the policy to explain a rejection.
 */
let TransitionPolicy = class TransitionPolicy {
    /** Returns the statuses from which a ticket can become `to`. */
    sourcesFor(to) {
        return ticketStatuses.filter((from) => transitions[from].includes(to));
    }
    /** Returns the statuses in which a ticket accepts comments: the ones that it can still leave. */
    commentable() {
        return ticketStatuses.filter((status) => transitions[status].length > 0);
    }
    /**
     * Returns the statuses in which a ticket accepts a change of its fields.
     * @param to the new status, which may be the one that the ticket has
     */
    changeable(to) {
        const isAllowed = (from) => to === undefined || from === to || transitions[from].includes(to);
        return this.commentable().filter(isAllowed);
    }
    /**
     * Explains why a change of fields changed nothing.
     * @param to the new status, if the change has one
     * @param claimant the assignee of a claim
     */
    changeRejection(id, found, context, { to, claimant }) {
        const isExpected = !context.versions || (found && context.versions.includes(found.version));
        if (!found || !isExpected || !this.commentable().includes(found.status))
            return this.rejection(id, found, context);
        if (!this.changeable(to).includes(found.status))
            return this.rejection(id, found, context, to);
        if (claimant && found.assignee && found.assignee !== claimant)
            return new TicketClaimed(found.assignee);
        return new LimitReached();
    }
    /**
     * Explains why a write changed nothing.
     * @param found the state that the write found; undefined if the ticket does not exist
     * @param to the status of a rejected transition; undefined for a rejected comment
     */
    rejection(id, found, { versions }, to) {
        if (!found)
            return new TicketNotFound(id);
        if (versions && !versions.includes(found.version))
            return new VersionMismatch(found.version);
        const allowed = transitions[found.status];
        if (to === undefined)
            return new TicketClosed(found.status, allowed);
        return new TransitionNotAllowed(found.status, to, allowed);
    }
};
TransitionPolicy = __decorate([
    Injectable()
], TransitionPolicy);
export { TransitionPolicy };
//# sourceMappingURL=transition-policy.js.map