import { ApiProperty, IntersectionType } from '@nestjs/swagger';

import { timeSchema } from '../api/fields.js';
import { PageQuery } from '../api/pagination.js';
import { Choice, ChoiceFilter, EmailFilter, IdFilter, MapFilter, OptionalChoice } from '../api/parameters.js';
import { TextFilter, TextsFilter, TimeFilter } from '../api/parameters.js';
import { maxTags, metadataKeyPattern, tagPattern, ticketPriorities } from './ticket.entity.js';
import { ticketStatuses } from './ticket.entity.js';
import type { TicketPriority, TicketStatus } from './ticket.entity.js';

/** The filters of lists and counts of tickets. */
export class TicketFilters {
  /** Only tickets in this status. Repeat the parameter for several, or separate them by commas. */
  @ChoiceFilter(ticketStatuses)
  status?: TicketStatus[];

  /** Only tickets of this email address, compared without case. */
  @EmailFilter({ example: 'ada@example.com' })
  email?: string;

  /** Only tickets of this assignee. Repeat the parameter for several. */
  @TextsFilter({ max: 255, most: 20, example: 'ada' })
  assignee?: string[];

  /** Only tickets without an assignee. */
  @OptionalChoice(['true'])
  unassigned?: 'true';

  /** Only tickets of this priority. Repeat the parameter for several, or separate them by commas. */
  @ChoiceFilter(ticketPriorities)
  priority?: TicketPriority[];

  /** Only tickets with this tag. Repeat the parameter for tickets that have several, or separate them by commas. */
  @TextsFilter({ max: 50, most: maxTags, pattern: tagPattern, separator: ',', example: 'billing' })
  tag?: string[];

  /** Only the ticket with this external_id. */
  @TextFilter({ max: 255, example: 'shop-2043' })
  external_id?: string;

  /** Only tickets with these entries in their metadata: `metadata[order]=2043`. */
  @MapFilter({ max: 10, keys: metadataKeyPattern, maxLength: 500, example: { order: '2043' } })
  metadata?: Record<string, string>;

  /** Only tickets that follow this one. */
  @IdFilter()
  follows?: number;

  /** Only tickets created at this time (RFC 3339) or later. */
  @TimeFilter()
  created_from?: Date;

  /** Only tickets created before this time. */
  @TimeFilter()
  created_to?: Date;

  /** Only tickets changed at this time or later. */
  @TimeFilter()
  updated_from?: Date;

  /** Only tickets last changed before this time. */
  @TimeFilter()
  updated_to?: Date;

  /** Only tickets due before this time. */
  @TimeFilter()
  due_to?: Date;

  /** Only tickets closed at this time or later. */
  @TimeFilter()
  closed_from?: Date;

  /** Only tickets closed before this time. */
  @TimeFilter()
  closed_to?: Date;
}

const sortColumns = ['created_at', 'updated_at', 'due_at', 'priority'] as const;
const sorts = sortColumns.flatMap((column) => [column, `-${column}`] as const);

/** The filters and the order of a list of tickets. */
export class ListTicketsQuery extends IntersectionType(PageQuery, TicketFilters) {
  /**
   * Only tickets that have these words, each anywhere in theme, text or comments. Case and accents do not matter, and the beginning of a
   * word suffices. "Quotes" enclose a phrase, `or` separates alternatives, and a minus excludes a word or a phrase.
   */
  @TextFilter({ max: 255, example: 'invoice' })
  q?: string;

  /**
   * The order. A leading minus means descending: the newest, the latest due or the highest priority first. Tickets without a due time come
   * last both ways. Tickets with the same priority or due time are in the order of their creation.
   */
  @Choice(sorts, { default: '-created_at' })
  sort: (typeof sorts)[number] = '-created_at';
}

/** The fields by which tickets can be counted. */
const groups = ['status', 'priority', 'assignee'] as const;

/** The filters of a count of tickets, and how it is split. */
export class CountTicketsQuery extends TicketFilters {
  /** Counts the tickets of each value of this field too. */
  @OptionalChoice(groups)
  by?: (typeof groups)[number];
}

/** The number of tickets with one value. */
export class ValueCountDto {
  /** The value; null for tickets without an assignee. */
  @ApiProperty({ type: String, nullable: true, example: 'opened' })
  value!: string | null;

  /** The number of tickets with this value. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 3 })
  count!: number;

  /** False if there may be more. */
  @ApiProperty({ example: true })
  is_exact!: boolean;
}

/** The number of tickets that match a query. */
export class TicketCountDto {
  /** The number of tickets that were found among the 100,000 that are read at most. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 3 })
  count!: number;

  /** False if more tickets would have to be read, so that there may be more. */
  @ApiProperty({ example: true })
  is_exact!: boolean;

  /** The time of the count, at most 5 seconds ago: RFC 3339, UTC, milliseconds. */
  @ApiProperty(timeSchema)
  as_of!: string;

  /** The number for each value of `by`, the largest first, at most 100; empty without `by`. */
  @ApiProperty({ type: [ValueCountDto] })
  by!: ValueCountDto[];
}
