import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

import { Ticket } from '../tickets/ticket.entity.js';

/** A comment as the table keeps it. */
@Entity()
@Check('comment_text_bounds', `char_length(text) BETWEEN 1 AND 10000 AND btrim(text) <> ''`)
@Check('comment_email_bounds', 'char_length(email) BETWEEN 3 AND 254')
export class Comment {
  /** The ticket it belongs to. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'comment_of_ticket' })
  ticket_id!: number;

  /** The number of the comment, which no other has; within a ticket, a later comment has a higher one. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'comment_of_ticket',
  })
  id!: number;

  /** The ticket, as the foreign key. */
  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'comment_ticket' })
  ticket?: Ticket;

  /** What it says. */
  @Column('text')
  text!: string;

  /** Who wrote it. */
  @Column('text')
  email!: string;

  /** When it was written, taken after the ticket's lock, so that later comments have later times. */
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  created_at!: string;
}
