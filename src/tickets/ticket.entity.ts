import { Check, Entity, Index } from 'typeorm';

import { ChoiceField, CountField, EmailField, IdField, MapField } from '../api/fields.js';
import { namedValues, SetField, TextField, TimeField } from '../api/fields.js';

/** The statuses of a ticket, in the order of its life. */
export const ticketStatuses = namedValues('TicketStatus', ['opened', 'answered', 'awaited', 'closed']);

/** The status of a ticket. */
export type TicketStatus = (typeof ticketStatuses)[number];

/** The priorities of a ticket, the lowest first. */
export const ticketPriorities = namedValues('TicketPriority', ['low', 'normal', 'high', 'urgent']);

/** The priority of a ticket. */
export type TicketPriority = (typeof ticketPriorities)[number];

/** The most tags of a ticket. */
export const maxTags = 20;

/** The most keys of the metadata of a ticket. */
export const maxMetadataKeys = 50;

/** The pattern of a key of the metadata. */
export const metadataKeyPattern = '^[A-Za-z0-9_.-]{1,40}$';

/** The pattern of a tag. */
export const tagPattern = '^[a-z0-9][a-z0-9_.:-]{0,49}$';

/** A ticket. Its properties, its columns and its fields on the wire share their names. */
@Entity()
@Index('ticket_by_creation', ['status', 'created_at', 'id'])
@Index('ticket_by_update', ['status', 'updated_at', 'id'])
@Index('ticket_by_external_id', ['external_id'], { unique: true, where: 'external_id IS NOT NULL' })
@Index('ticket_of_assignee', ['assignee', 'status', 'created_at', 'id'])
@Index('ticket_by_priority', ['status', 'priority', 'created_at', 'id'])
@Index('ticket_by_due', ['status', 'due_at', 'created_at', 'id'])
@Index('ticket_by_follows', ['follows'], { where: 'follows IS NOT NULL' })
// TypeORM cannot declare these indexes of another kind, so the migrations alone do.
@Index('ticket_by_tag', { synchronize: false })
@Index('ticket_by_metadata', { synchronize: false })
// TypeORM cannot declare this index on an expression, so the migrations alone do.
@Index('ticket_of_email_by_creation', { synchronize: false })
@Index('ticket_by_close', ['closed_at', 'id'], { where: 'closed_at IS NOT NULL' })
@Check('ticket_internal_comments', 'internal_comment_count BETWEEN 0 AND comment_count')
@Check('ticket_counts_upwards', 'comment_count >= 0 AND version >= 1')
export class Ticket {
  /** The id of the ticket. */
  @IdField({ primary: true, generated: true, example: 7 })
  id!: number;

  /** Your own id of the ticket, 1 to 255 characters, not blank. No two tickets have the same. */
  @TextField({ max: 255, nullable: true, example: 'shop-2043' })
  external_id!: string | null;

  /** The subject, 1 to 255 characters, not blank. */
  @TextField({ max: 255, example: 'Invoice 2043 is wrong' })
  theme!: string;

  /** The request itself, 1 to 10,000 characters, not blank. */
  @TextField({ max: 10_000, example: 'It lists the same item twice.' })
  text!: string;

  /** The email address of the author, at most 254 characters. */
  @EmailField({ example: 'ada@example.com' })
  email!: string;

  /** The status of the ticket. */
  @ChoiceField({ values: ticketStatuses, enumName: 'ticket_status', default: 'opened' })
  status!: TicketStatus;

  /** The person or the team that works on the ticket: an id of yours, 1 to 255 characters, not blank. Not an email address. */
  @TextField({ max: 255, nullable: true, example: 'ada' })
  assignee!: string | null;

  /** The priority. Null in a request stands for `normal`. */
  @ChoiceField({
    ...{ values: ticketPriorities, enumName: 'ticket_priority' },
    ...{ default: 'normal', resettable: true },
  })
  priority!: TicketPriority;

  /** Up to 20 tags: a set, sorted. Each has 1 to 50 characters of `a-z 0-9 _ . : -` and begins with a letter or a digit. */
  @SetField({ max: maxTags, pattern: tagPattern, example: ['billing', 'vip'] })
  tags!: string[];

  /** Up to 50 keys of 1 to 40 characters of `A-Z a-z 0-9 _ . -`, each with a text of at most 500 characters. */
  @MapField({
    ...{ max: maxMetadataKeys, keys: metadataKeyPattern },
    ...{ maxLength: 500, example: { order: '2043' } },
  })
  metadata!: Record<string, string>;

  /** The time by which the ticket should be answered or closed (RFC 3339); null if there is none. */
  @TimeField({ nullable: true })
  due_at!: string | null;

  /** The id of an earlier ticket that this one continues; null if there is none. */
  @IdField({ nullable: true, example: null })
  follows!: number | null;

  /** The number of comments. */
  @CountField({ default: 0, example: 1 })
  comment_count!: number;

  /** The number of comments among them that are internal. What a requester sees counts the others. */
  @CountField({ default: 0, example: 0 })
  internal_comment_count!: number;

  /** The version: it starts at 1, and every change increments it, including comments. */
  @CountField({ default: 1, example: 2 })
  version!: number;

  /** The time of creation: RFC 3339, UTC, milliseconds. */
  @TimeField({ default: 'now()' })
  created_at!: string;

  /** The time of the last change, including comments: RFC 3339, UTC, milliseconds. */
  @TimeField({ default: 'now()' })
  updated_at!: string;

  /** The time of the last change of the status, or of the creation. */
  @TimeField({ default: 'now()' })
  status_changed_at!: string;

  /** The time of the first response of the team; null before that. */
  @TimeField({ nullable: true })
  first_response_at!: string | null;

  /** The time at which the ticket was closed; null before that. */
  @TimeField({ nullable: true })
  closed_at!: string | null;
}
