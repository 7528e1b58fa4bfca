import { IsIn } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';

import { PageQuery } from '../../api/pagination.js';
import { IsOptionalChoice, IsOptionalText, IsOptionalTime } from '../../api/fields.js';
import { ticketStatuses, type TicketStatus } from '../ticket-status.js';

/** The orders of a list of tickets; a minus means newest first. */
const sorts = ['created_at', '-created_at', 'updated_at', '-updated_at'] as const;

/** An order of a list of tickets. */
export type TicketSort = (typeof sorts)[number];

/** The column and the direction that an order stands for. */
export function parseSort(sort: TicketSort): { column: 'created_at' | 'updated_at'; isDescending: boolean } {
  const column = sort.endsWith('updated_at') ? 'updated_at' : 'created_at';
  return { column, isDescending: sort.startsWith('-') };
}

/** Which tickets to list, and how. */
export class ListTicketsQuery extends PageQuery {
  /** Only tickets in this status; repeat it for several. */
  @IsOptionalChoice(ticketStatuses)
  status?: TicketStatus[];

  /** Only tickets of this address, in upper or lower case. */
  @IsOptionalText(254, 'ada@example.com')
  email?: string;

  /**
   * Only tickets with these words in theme or text: "words in quotes" for a phrase, or between alternatives, -word for
   * one that must not be there.
   */
  @IsOptionalText(255, 'invoice')
  q?: string;

  /** Only tickets created at this time (RFC 3339) or later. */
  @IsOptionalTime()
  created_from?: string;

  /** Only tickets created before this time. */
  @IsOptionalTime()
  created_to?: string;

  /** Only tickets changed at this time or later. */
  @IsOptionalTime()
  updated_from?: string;

  /** The order: by creation or by the last change, with a minus the newest first. */
  @ApiPropertyOptional({ enum: sorts, default: '-created_at' })
  @IsIn(sorts, { message: `must be one of ${sorts.join(', ')}` })
  sort: TicketSort = '-created_at';
}
