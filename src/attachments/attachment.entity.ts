import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import { authors, visibilities, type Author, type Visibility } from '../api/audience.js';
import { ChoiceField, enumSchema, IdField, namedValues, ServiceField, TimeField } from '../api/fields.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { FileNameField, HashField, MediaTypeField, SizeField } from './attachment.fields.js';

/** The states of an attachment: its bytes are awaited, or they are there and were checked. */
export const attachmentStates = namedValues('AttachmentState', ['pending', 'complete']);

/** The state of an attachment. */
export type AttachmentState = (typeof attachmentStates)[number];

/** A file that is attached to a ticket. Its bytes are in the store of attachments, under random keys. */
@Entity()
@Index('attachment_pending', ['created_at'], { where: `state = 'pending'` })
@Check('attachment_is_stored', `(state = 'complete') = (stored_key IS NOT NULL)`)
export class Attachment {
  /** The ticket that the attachment belongs to. */
  @IdField({ primary: true, constraint: 'attachment_of_ticket', example: 7 })
  ticket_id!: number;

  /** The id of the attachment. */
  @IdField({ primary: true, generated: true, constraint: 'attachment_of_ticket', example: 3 })
  id!: number;

  /** The ticket, for the foreign key. */
  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'attachment_ticket' })
  ticket?: Ticket;

  /**
   * The name of the file, 1 to 255 bytes of UTF-8 in any script, without slashes, backslashes and control characters. Downloads have
   * the same name.
   */
  @FileNameField()
  name!: string;

  /** The media type, as the client tells it. The service does not look into the bytes, and browsers are told not to. */
  @MediaTypeField()
  content_type!: string;

  /** The size in bytes; at most ATTACHMENTS_MAX_BYTES. */
  @SizeField()
  size!: number;

  /** The SHA-256 hash in hexadecimal. If it is given, the bytes are checked against it. */
  @HashField()
  sha256!: string | null;

  /** The visibility: `public` (the default) for all who may see the ticket, `internal` for the team only. */
  @ChoiceField({ values: visibilities, enumName: 'attachment_visibility', default: 'public' })
  visibility!: Visibility;

  /** The id of the comment that the attachment belongs to. Attachments of an internal comment are internal. */
  @IdField({ nullable: true, example: 12 })
  comment_id!: number | null;

  /** The author: `requester` if a token with the scope tickets:own added it, else `team`. */
  @ServiceField(
    { type: 'enum', enum: authors, enumName: 'attachment_author', default: 'team' },
    { ...enumSchema(authors), example: 'team' },
  )
  author!: Author;

  /** The state: `pending` until the bytes have been uploaded and checked, then `complete`. */
  @ChoiceField({ values: attachmentStates, enumName: 'attachment_state', default: 'pending' })
  state!: AttachmentState;

  /** The time of creation: RFC 3339, UTC, milliseconds. */
  @TimeField({ default: 'now()' })
  created_at!: string;

  /** The time at which the attachment became complete; null before. */
  @TimeField({ nullable: true })
  completed_at!: string | null;

  /** The key in the store that uploads write to. */
  @Column('uuid')
  upload_key!: string;

  /** The key of the checked bytes, which no upload can change. */
  @Column('uuid', { nullable: true })
  stored_key!: string | null;
}

/** Bytes in the store that no attachment needs. A job deletes them, and tries again while the store does not respond. */
@Entity('attachment_deletion')
export class AttachmentDeletion {
  /** The key in the store. */
  @PrimaryColumn('uuid')
  key!: string;

  /** The time of the next attempt. */
  @Index('attachment_deletion_due')
  @Column('timestamptz', { default: () => 'now()' })
  due_at!: Date;

  /** The time from which a deletion is final, because no upload can write the key again. */
  @Column('timestamptz', { default: () => 'now()' })
  final_at!: Date;
}
