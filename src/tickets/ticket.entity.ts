import { ApiHideProperty } from '@nestjs/swagger';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

import { ShowsTime } from '../api/fields.js';
import { ticketStatuses, type TicketStatus } from './ticket-status.js';

/** A ticket as the table keeps it. Properties, columns and the fields on the wire share their names. */
@Entity()
@Index('ticket_by_creation', ['status', 'created_at', 'id'])
@Index('ticket_by_update', ['status', 'updated_at', 'id'])
// TypeORM cannot say these, and leaves them to the migrations: they are of expressions, and of another kind.
@Index('ticket_of_email_by_creation', { synchronize: false })
@Index('ticket_of_email_by_update', { synchronize: false })
@Index('ticket_by_words', { synchronize: false })
@Check('ticket_theme_bounds', `char_length(theme) BETWEEN 1 AND 255 AND btrim(theme) <> ''`)
@Check('ticket_text_bounds', `char_length(text) BETWEEN 1 AND 10000 AND btrim(text) <> ''`)
@Check('ticket_email_bounds', 'char_length(email) BETWEEN 3 AND 254')
@Check('ticket_counts_upwards', 'comment_count >= 0 AND version > comment_count')
export class Ticket {
  /**
   * The number of the ticket.
   * @example 7
   */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  /**
   * What it is about, in 1 to 255 characters.
   * @example 'Invoice 2043 is wrong'
   */
  @Column('text')
  theme!: string;

  /**
   * The matter itself, in 1 to 10,000 characters.
   * @example 'It lists the same item twice.'
   */
  @Column('text')
  text!: string;

  /**
   * Whom to answer.
   * @example 'ada@example.com'
   */
  @Column('text')
  email!: string;

  /** Where the ticket stands. */
  @Column('enum', { enum: ticketStatuses, enumName: 'ticket_status', default: 'opened' })
  status!: TicketStatus;

  /**
   * How many comments the ticket has.
   * @example 1
   */
  @Column('integer', { default: 0 })
  comment_count!: number;

  /** Rises by one with every change of the ticket, a comment too. */
  @Column('integer', { default: 1 })
  version!: number;

  /** When it was created: RFC 3339, UTC, milliseconds. */
  @ShowsTime()
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  created_at!: string;

  /** When it last changed, a comment being a change. */
  @ShowsTime()
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updated_at!: string;

  /** The place of its last event in the feed; the next one does not come before it. */
  @Column('bigint', { default: () => 'feed_clock(pg_current_xact_id())' })
  feed_position!: number;

  /** The words of theme and text, to search by. */
  @ApiHideProperty()
  @Column({
    ...{ type: 'tsvector', select: false, insert: false, update: false },
    generatedType: 'STORED',
    asExpression: `to_tsvector('simple'::regconfig, theme || ' ' || text)`,
  })
  search?: never;
}
