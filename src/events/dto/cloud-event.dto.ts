import { ApiProperty } from '@nestjs/swagger';

import { eventTypes, type EventType } from '../event.entity.js';
import { EventDataDto } from './event.dto.js';
import { ShowsTime } from '../../api/fields.js';

/** What happened, and to which ticket. */
export class CloudEventDataDto extends EventDataDto {
  /**
   * The number of the ticket.
   * @example 7
   */
  ticket_id!: number;

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
}

/** A change of a ticket as an event, as CloudEvents 1.0 shapes it. */
export class CloudEventDto {
  /** The version of CloudEvents. */
  @ApiProperty({ enum: ['1.0'] })
  specversion!: '1.0';

  /**
   * The event's own name, the same for ever and for everybody.
   * @example '731-42'
   */
  id!: string;

  /**
   * Where it comes from: the path of tickets.
   * @example '/ticket'
   */
  source!: string;

  /** What happened. */
  @ApiProperty({ enum: eventTypes, example: 'ticket.status_changed' })
  type!: EventType;

  /**
   * The number of the ticket.
   * @example '7'
   */
  subject!: string;

  /** When it happened: RFC 3339, UTC, milliseconds. */
  @ShowsTime()
  time!: string;

  /**
   * What to send as `after` to get what follows this event.
   * @example '731-42'
   */
  cursor!: string;

  /** What there is to say of it. */
  data!: CloudEventDataDto;
}

/** A page of the feed. */
export class FeedPageDto {
  /** The events of this page, in the order of the feed. */
  items!: CloudEventDto[];

  /**
   * What to send as `after` for what follows. It is always there: the feed has no end.
   * @example '731-42'
   */
  next_cursor!: string;
}
