import { Entity, Index, JoinColumn, ManyToOne } from 'typeorm';

import { authors, visibilities, type Author, type Visibility } from '../api/audience.js';
import { ChoiceField, CountField, EmailField, IdField, ServiceField } from '../api/fields.js';
import { enumSchema, TextField, TimeField } from '../api/fields.js';
import { Ticket } from '../tickets/ticket.entity.js';

/** A comment on a ticket. Its properties, its columns and its fields on the wire share their names. */
@Entity()
// The migrations declare this index, because it is on an expression.
@Index('comment_of_email', { synchronize: false })
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

  /** The author: `requester` if the address was that of the ticket when the comment was added, compared without case, else `team`. */
  @ServiceField(
    { type: 'enum', enum: authors, enumName: 'comment_author', default: 'team' },
    { ...enumSchema(authors), example: 'team' },
  )
  author!: Author;

  /** The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only. */
  @ChoiceField({ values: visibilities, enumName: 'comment_visibility', default: 'public' })
  visibility!: Visibility;

  /** The time at which the text was removed; null if it was not. */
  @TimeField({ nullable: true })
  redacted_at!: string | null;

  /** The time of the comment: RFC 3339, UTC, milliseconds. It is taken under the ticket's lock, so later comments have later times. */
  @TimeField({ default: 'clock_timestamp()' })
  created_at!: string;

  /** The version that the comment gave the ticket; 1 for a comment that has no event. */
  @CountField({ default: 1, example: 2 })
  ticket_version!: number;
}
