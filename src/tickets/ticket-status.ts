/** The states of a ticket, in the order of its life. */
export const ticketStatuses = ['opened', 'answered', 'awaited', 'closed'] as const;

/** Where a ticket stands: opened by its author, answered by the team, awaited by the author again, closed. */
export type TicketStatus = (typeof ticketStatuses)[number];
