import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';

import { ReadDto } from '../api/dto.js';
import { timeSchema } from '../api/fields.js';
import { PageDto } from '../api/pagination.js';
import { Event, eventTypes, type EventType } from './event.entity.js';

/** The data of a change. The type decides which of these fields are present. */
export class EventDataDto {
  /** ticket.status_changed: the status before. */
  @ApiPropertyOptional({ example: 'opened' })
  from?: string;

  /** ticket.status_changed: the status after. */
  @ApiPropertyOptional({ example: 'answered' })
  to?: string;

  /** comment.added: the id of the comment. */
  comment_id?: number;

  /** ticket.created: the subject of the ticket. */
  theme?: string;

  /** ticket.created: the email address of the author. */
  email?: string;
}

/** A change of a ticket, as its history shows it. */
export class HistoryEventDto extends ReadDto(Event, ['type', 'version', 'actor', 'at']) {
  /** The data of the change, by type. */
  data!: EventDataDto;
}

/** A page of the history of a ticket. */
export class HistoryPageDto extends PageDto(HistoryEventDto) {}

/** The ticket of an event, its version, and the data of the change. */
export class CloudEventDataDto extends IntersectionType(
  ReadDto(Event, ['ticket_id', 'version', 'actor']),
  EventDataDto,
) {}

/** An event of the feed, in the form of CloudEvents 1.0. */
export class CloudEventDto {
  /** The version of CloudEvents. */
  @ApiProperty({ enum: ['1.0'] })
  specversion!: '1.0';

  /** The id of the event. It never changes. */
  @ApiProperty({ example: '731-42' })
  id!: string;

  /** The source: the path of tickets. */
  @ApiProperty({ example: '/ticket' })
  source!: string;

  /** The type of the change. */
  @ApiProperty({ enum: eventTypes, example: 'ticket.status_changed' })
  type!: EventType;

  /** The id of the ticket. */
  @ApiProperty({ example: '7' })
  subject!: string;

  /** The time of the change: RFC 3339, UTC, milliseconds. */
  @ApiProperty(timeSchema)
  time!: string;

  /** The value to send as `after` for the following events. */
  @ApiProperty({ example: '731-42' })
  cursor!: string;

  /** The data of the event. */
  @ApiProperty()
  data!: CloudEventDataDto;
}

/** A page of the feed. */
export class FeedPageDto extends PageDto(CloudEventDto) {
  /** The value to send as `after` for the following events. It is always present because the feed never ends. */
  @ApiProperty({ type: String, nullable: false, example: '731-42' })
  declare next_cursor: string;
}
