import { IsIn } from 'class-validator';

import type { TicketStatus } from '../ticket-status.js';

/** The statuses a ticket can be moved to: all but the one it starts in. */
const targets = ['answered', 'awaited', 'closed'] as const satisfies TicketStatus[];

/** A move of a ticket. */
export class UpdateStatusDto {
  /**
   * The status to move to. Whether the ticket may is for the rules to say, by where it stands.
   * @example 'answered'
   */
  @IsIn(targets, { message: `must be one of ${targets.join(', ')}` })
  status!: (typeof targets)[number];
}
