import { Column, Entity, Index } from 'typeorm';

import { enumSchema, IdField, namedValues, ServiceField, TimeField } from '../api/fields.js';

/** The types of events. */
export const eventTypes = namedValues('EventType', [
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'ticket.imported',
  'comment.added',
  'attachment.added',
  'attachment.removed',
  'comment.redacted',
  'ticket.redacted',
  'ticket.deleted',
  'requester.erased',
]);

/** The type of an event. */
export type EventType = (typeof eventTypes)[number];

/** A change of a ticket. A row never changes but for its number, which it gets after its transaction has been committed. */
@Entity()
@Index('event_of_ticket', ['ticket_id', 'version'], { unique: true })
@Index('event_number', ['number'], { unique: true })
@Index('event_unnumbered', ['id'], { where: 'number IS NULL' })
export class Event {
  /** The id of the event. */
  @IdField({ primary: true, generated: true, example: 42 })
  id!: number;

  /** The type of the change. */
  @ServiceField({ type: 'text' }, { ...enumSchema(eventTypes), example: 'ticket.status_changed' })
  type!: EventType;

  /** The id of the ticket. */
  // Null, like the version, in the event of an erasure, which is about no single ticket and shows neither.
  @ServiceField(
    { type: 'bigint', nullable: true },
    { type: 'integer', format: 'int64', minimum: 1, example: 7 },
  )
  ticket_id!: number;

  /** The version that the change gave the ticket. The first one is 1. */
  @ServiceField({ type: 'integer', nullable: true }, { type: 'integer', minimum: 0, example: 2 })
  version!: number;

  /** The place in the feed: 1, 2, 3, … without a gap. Null until the event is numbered. */
  @Column('bigint', { nullable: true })
  number!: number | null;

  /** A random text, which differs for another event that gets the same number after a restore of the database. */
  @Column('text', { nullable: true })
  tag!: string | null;

  /** The subject of the token that made the change; null where authentication is off. A requester sees `requester` or `team` instead. */
  @ServiceField({ type: 'text', nullable: true }, { type: String, nullable: true, example: null })
  actor!: string | null;

  /** True if a token with the scope tickets:own made the change. */
  @Column('boolean', { default: false })
  by_requester!: boolean;

  /** The time of the change: RFC 3339, UTC, milliseconds. */
  @TimeField()
  at!: string;

  /** Further data, by type: ids, names of fields, statuses, priorities, assignees and tags, never personal text. */
  @Column('json')
  data!: object;
}
