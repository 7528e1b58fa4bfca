import { Check, Column, Entity, Index } from 'typeorm';

import { ChoiceField, CountField, EmailField, IdField, TextField, TimeField } from '../api/fields.js';

/** The statuses of a ticket, in the order of its life. */
export const ticketStatuses = ['opened', 'answered', 'awaited', 'closed'] as const;

/** The status of a ticket. */
export type TicketStatus = (typeof ticketStatuses)[number];

/** A ticket. Its properties, its columns and its fields on the wire share their names. */
@Entity()
@Index('ticket_by_creation', ['status', 'created_at', 'id'])
@Index('ticket_by_update', ['status', 'updated_at', 'id'])
// TypeORM cannot declare these indexes on expressions, so the migrations alone do.
@Index('ticket_of_email_by_creation', { synchronize: false })
@Index('ticket_of_email_by_update', { synchronize: false })
@Index('ticket_by_words', { synchronize: false })
@Check('ticket_counts_upwards', 'comment_count >= 0 AND version > comment_count')
export class Ticket {
  /** The id of the ticket. */
  @IdField({ primary: true, generated: true, example: 7 })
  id!: number;

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

  /** The number of comments. */
  @CountField({ default: 0, example: 1 })
  comment_count!: number;

  /** The version: it starts at 1, and every change increments it, including comments. */
  @CountField({ default: 1, example: 2 })
  version!: number;

  /** The time of creation: RFC 3339, UTC, milliseconds. */
  @TimeField({ default: 'now()' })
  created_at!: string;

  /** The time of the last change, including comments: RFC 3339, UTC, milliseconds. */
  @TimeField({ default: 'now()' })
  updated_at!: string;

  /** The words of theme and text, for full-text search. */
  @Column({
    ...{ type: 'tsvector', generatedType: 'STORED' },
    asExpression: `to_tsvector('simple'::regconfig, theme || ' ' || text)`,
    ...{ select: false, insert: false, update: false },
  })
  search?: never;
}
