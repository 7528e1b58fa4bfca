import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';

import { ReadDto } from '../api/dto.js';
import { enumSchema, timeSchema } from '../api/fields.js';
import { PageDto } from '../api/pagination.js';
import { arrayOf, eventSchemas, oneOf } from './event-data.dto.js';
import { Event, eventTypes, type EventType } from './event.entity.js';

/** A change of a ticket, as its history shows it. */
export class HistoryEventDto extends ReadDto(Event, ['type', 'version', 'actor', 'at']) {
  /** The data of the change, by type. */
  data!: object;
}

const historySchemas = eventSchemas(HistoryEventDto, 'InHistory');

/** A page of the history of a ticket. */
@ApiExtraModels(...Object.values(historySchemas))
export class HistoryPageDto extends PageDto(HistoryEventDto, arrayOf(historySchemas)) {}

/** The data that events of every type have. */
class TicketOfEvent extends ReadDto(Event, ['ticket_id', 'version', 'actor']) {}

/** An event of the feed, in the form of CloudEvents 1.0. */
export class CloudEventDto {
  /** The version of CloudEvents. */
  @ApiProperty({ enum: ['1.0'] })
  specversion!: '1.0';

  /** The id of the event: its number and its tag. It never changes. */
  @ApiProperty({ example: '42-9f86d081' })
  id!: string;

  /** The source: the path of tickets, or that of erasures for `requester.erased`. */
  @ApiProperty({ example: '/ticket' })
  source!: string;

  /** The type of the change. */
  @ApiProperty({ ...enumSchema(eventTypes), example: 'ticket.created' })
  type!: EventType;

  /** The id of the ticket, or of the erasure. */
  @ApiProperty({ example: '7' })
  subject!: string;

  /** The time of the change: RFC 3339, UTC, milliseconds. */
  @ApiProperty(timeSchema)
  time!: string;

  /** The value to send as `after` for the following events. */
  @ApiProperty({ example: '42-9f86d081' })
  cursor!: string;

  /** The ticket of the event, its version, the actor, and the data of the change by type. */
  data!: TicketOfEvent;
}

const feedSchemas = eventSchemas(CloudEventDto, 'Event', TicketOfEvent);

/** The schema of an event of any type. */
export const cloudEventSchema = oneOf(feedSchemas);

/** A page of the feed. */
@ApiExtraModels(...Object.values(feedSchemas))
export class FeedPageDto extends PageDto(CloudEventDto, arrayOf(feedSchemas)) {
  /** The value to send as `after` for the following events. It is always present because the feed never ends. */
  @ApiProperty({ type: String, nullable: false, example: '42-9f86d081' })
  declare next_cursor: string;
}
