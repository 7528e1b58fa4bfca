import { Entity, JoinColumn, ManyToOne } from 'typeorm';

import { EmailField, IdField, TextField, TimeField } from '../api/fields.js';
import { Ticket } from '../tickets/ticket.entity.js';

/** A comment on a ticket. Its properties, its columns and its fields on the wire share their names. */
@Entity()
export class Comment {
  /** The ticket that the comment belongs to. */
  @IdField({ primary: true, constraint: 'comment_of_ticket', example: 7 })
  ticket_id!: number;

  /** The id of the comment. Of two comments on a ticket, the later one has the higher id. */
  @IdField({ primary: true, generated: true, constraint: 'comment_of_ticket', example: 12 })
  id!: number;

  /** The ticket, for the foreign key. */
  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'comment_ticket' })
  ticket?: Ticket;

  /** The comment itself, 1 to 10,000 characters, not blank. */
  @TextField({ max: 10_000, example: 'Which item do you mean?' })
  text!: string;

  /** The email address of the author, at most 254 characters. */
  @EmailField({ example: 'support@example.com' })
  email!: string;

  /** The time of the comment: RFC 3339, UTC, milliseconds. It is taken under the ticket's lock, so later comments have later times. */
  @TimeField({ default: 'clock_timestamp()' })
  created_at!: string;
}
