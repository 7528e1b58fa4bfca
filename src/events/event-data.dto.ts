import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { IntersectionType, OmitType, PickType } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';

import { visibilities, type Visibility } from '../api/audience.js';
import { enumSchema } from '../api/fields.js';
import { eventTypes, type EventType } from './event.entity.js';

/** A ticket was created. */
@ApiSchema({ description: 'No further data: the ticket itself has its fields.' })
class TicketCreatedData {}

/** Fields of a ticket were changed. */
class TicketUpdatedData {
  /** The names of the fields that changed. Events of version 0.1.0 lack it. */
  @ApiPropertyOptional({ type: [String], example: ['assignee', 'tags'] })
  changed?: string[];

  /** The new assignee, if it changed. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'ada' })
  assignee?: string | null;

  /** The new priority, if it changed. */
  @ApiPropertyOptional({ example: 'high' })
  priority?: string;

  /** The new tags, if they changed. */
  @ApiPropertyOptional({ type: [String], example: ['billing', 'vip'] })
  tags?: string[];
}

/** The status of a ticket was changed, and perhaps other fields too. */
class TicketStatusChangedData extends TicketUpdatedData {
  /** The status before. */
  @ApiProperty({ example: 'opened' })
  from!: string;

  /** The status after. */
  @ApiProperty({ example: 'answered' })
  to!: string;
}

/** A comment was added to a ticket. */
class CommentAddedData {
  /** The id of the comment. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 12 })
  comment_id!: number;

  /** The visibility of the comment. */
  @ApiProperty({ ...enumSchema(visibilities), example: 'public' })
  visibility!: Visibility;

  /** The author of the comment: requester or team. */
  @ApiProperty({ example: 'team' })
  author!: string;
}

/** An attachment was added to a ticket, or removed from it. */
class AttachmentData {
  /** The id of the attachment. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 4 })
  attachment_id!: number;

  /** The visibility of the attachment. */
  @ApiProperty({ enum: visibilities, enumName: 'CommentVisibility', example: 'public' })
  visibility!: Visibility;
}

/** A ticket was imported, with its comments. */
class TicketImportedData {
  /** The status of the ticket. */
  @ApiProperty({ example: 'closed' })
  status!: string;
}

/** Comments on a ticket were redacted. */
class CommentRedactedData {
  /** The ids of the comments. All of them have one visibility. */
  @ApiProperty({ type: 'array', items: { type: 'integer', format: 'int64' }, example: [12] })
  comment_ids!: number[];

  /** The visibility of the comments. */
  @ApiProperty({ enum: visibilities, enumName: 'CommentVisibility', example: 'public' })
  visibility!: Visibility;
}

/** The theme and the text of a ticket were redacted; by an erasure its comments, its external id and its metadata too. */
class TicketRedactedData {
  /** Why: somebody asked for the redaction of the ticket, or for the erasure of its requester. */
  @ApiProperty({ enum: ['redacted', 'erased'], enumName: 'RedactionReason', example: 'erased' })
  reason!: string;
}

/** A ticket was deleted. No later event has its id. */
class TicketDeletedData {
  /** Why: its requester was erased, or it was closed longer ago than TICKETS_RETENTION_DAYS. */
  @ApiProperty({ enum: ['erased', 'retention'], enumName: 'DeletionReason', example: 'retention' })
  reason!: string;
}

/** The data of a requester were erased. The event does not have the address. */
class RequesterErasedData {
  /** The id of the erasure. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 5 })
  erasure_id!: number;

  /** What became of the tickets. */
  @ApiProperty({ enum: ['redact', 'delete'], enumName: 'ErasureMode', example: 'redact' })
  mode!: string;
}

/** The data of each type of event. It holds no personal text, because events are kept for long and read by many. */
const eventData = {
  'ticket.created': TicketCreatedData,
  'ticket.updated': TicketUpdatedData,
  'ticket.status_changed': TicketStatusChangedData,
  'comment.added': CommentAddedData,
  'attachment.added': AttachmentData,
  'attachment.removed': AttachmentData,
  'ticket.imported': TicketImportedData,
  'comment.redacted': CommentRedactedData,
  'ticket.redacted': TicketRedactedData,
  'ticket.deleted': TicketDeletedData,
  'requester.erased': RequesterErasedData,
} as const satisfies Record<EventType, Type>;

/**
 * Creates one schema for each type of event, so that a generated client knows the data of each.
 * @param base what all events have
 * @param suffix the end of the names, after the type
 * @param common what the data of all events has
 */
export function eventSchemas(base: Type, suffix: string, common?: Type): Record<EventType, Type> {
  const schemas = eventTypes.map((type) => {
    const name = type.replace(/(?:^|[._])(.)/g, (_, letter: string) => letter.toUpperCase());
    // An erasure has an actor, but no ticket.
    const shared =
      common && type === 'requester.erased'
        ? PickType(common as Type<{ actor: unknown }>, ['actor'])
        : common;
    const data = shared
      ? named(`${name}${suffix}Data`, IntersectionType(shared, eventData[type]))
      : eventData[type];
    // Without the type of the base, whose values are all types.
    class EventOfType extends OmitType(base as Type<{ type: EventType }>, ['type']) {}
    ApiProperty({ enum: [type], example: type, description: 'The type of the change.' })(
      EventOfType.prototype,
      'type',
    );
    ApiProperty({ type: data })(EventOfType.prototype, 'data');
    return [type, named(name + suffix, EventOfType)];
  });
  return Object.fromEntries(schemas) as Record<EventType, Type>;
}

/** Returns the schema of an event of any of these types. */
export function oneOf(schemas: Record<EventType, Type>) {
  const references = Object.entries(schemas).map(([type, schema]) => [type, getSchemaPath(schema)] as const);
  return {
    oneOf: references.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: Object.fromEntries(references) },
  };
}

/** Returns the schema of an array of events, each with the schema of its type. */
export function arrayOf(schemas: Record<EventType, Type>): ApiPropertyOptions {
  return { type: 'array', items: oneOf(schemas) };
}

function named(name: string, schema: Type): Type {
  Object.defineProperty(schema, 'name', { value: name });
  return schema;
}
