import { InvalidRequest, Problem } from '../api/problem.js';
import { maxMetadataKeys, maxTags } from './ticket.entity.js';
/** 404: no ticket has this id, or it has nothing with the other id of the path. For the team it becomes 410 if the ticket was deleted. */
export class TicketNotFound extends Problem {
    ticketId;
    constructor(ticketId, detail = `There is no ticket ${ticketId}`) {
        super('not-found', detail);
        this.ticketId = ticketId;
    }
}
/** 410: the ticket was deleted by erasure or retention. */
export class TicketDeleted extends Problem {
    constructor(id) {
        super('ticket-deleted', `Ticket ${id} was deleted`);
    }
}
/** 409: the rules do not allow this transition. */
export class TransitionNotAllowed extends Problem {
    constructor(current, to, allowed) {
        const rule = allowed.length > 0 ? `it can become ${allowed.join(' or ')}, not` : 'it cannot become';
        super('transition-not-allowed', `The ticket is ${current}: ${rule} ${to}`, { current, allowed });
    }
}
/** 409: a closed ticket accepts neither changes nor comments nor attachments. */
export class TicketClosed extends Problem {
    constructor(current, allowed) {
        const detail = `The ticket is ${current} and accepts neither changes nor comments nor attachments`;
        super('ticket-closed', detail, { current, allowed });
    }
}
/** 409: another ticket has the external id. */
export class ExternalIdTaken extends Problem {
    constructor(ticket_id) {
        super('external-id-taken', `Ticket ${ticket_id} has this external_id`, { ticket_id });
    }
}
/** 409: another one has claimed the ticket. */
export class TicketClaimed extends Problem {
    constructor(assignee) {
        super('ticket-claimed', `The ticket is assigned to ${assignee}`, { assignee });
    }
}
/** 409: the ticket has as many tags or keys of metadata as a ticket can have. */
export class LimitReached extends Problem {
    constructor() {
        super('limit-reached', `A ticket has at most ${maxTags} tags and ${maxMetadataKeys} keys of metadata`);
    }
}
/** 400: no ticket has the id that `follows` names. */
export class UnknownEarlierTicket extends InvalidRequest {
    constructor() {
        super([{ field: 'follows', message: 'must be the id of a ticket' }]);
    }
}
/** 412: If-Match does not list the version of the ticket. */
export class VersionMismatch extends Problem {
    constructor(version) {
        super('precondition-failed', `The ticket is in version ${version}, which If-Match does not list`);
    }
}
//# sourceMappingURL=ticket.errors.js.map