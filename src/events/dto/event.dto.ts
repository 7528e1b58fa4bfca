import { ApiProperty } from '@nestjs/swagger';

import { eventTypes, type EventType } from '../event.entity.js';
import { ShowsTime } from '../../api/fields.js';

/** What more there is to say of a change; which of these are there follows from its type. */
export class EventDataDto {
  /**
   * ticket.status_changed: the status before.
   * @example 'opened'
   */
  from?: string;

  /**
   * ticket.status_changed: the status after.
   * @example 'answered'
   */
  to?: string;

  /** comment.added: the number of the comment. */
  comment_id?: number;

  /** ticket.created: what the ticket is about. */
  theme?: string;

  /** ticket.created: whom to answer. */
  email?: string;
}

/** A change of a ticket, as its history shows it. */
export class HistoryEventDto {
  /** The kind of the change. */
  @ApiProperty({ enum: eventTypes, example: 'ticket.status_changed' })
  type!: EventType;

  /**
   * The version that the ticket got by it, counted from 1.
   * @example 2
   */
  version!: number;

  /**
   * Who did it; null where nobody had to say.
   * @example null
   */
  actor!: string | null;

  /** When it happened: RFC 3339, UTC, milliseconds. */
  @ShowsTime()
  at!: string;

  /** What more there is to say, by the type. */
  data!: EventDataDto;
}

/** A page of the history of a ticket. */
export class HistoryPageDto {
  /** The changes of this page. */
  items!: HistoryEventDto[];

  /**
   * What to send as cursor for the next page; null where this is the last one.
   * @example null
   */
  next_cursor!: string | null;
}
