import { ApiProperty } from '@nestjs/swagger';

import { authors, type Author } from '../api/audience.js';
import { WriteDto } from '../api/dto.js';
import { choiceError, emailError, idError, Optional, Satisfies } from '../api/field-rules.js';
import { storedTimeError, textError, type Rule } from '../api/field-rules.js';
import { timeSchema } from '../api/fields.js';
import { Comment } from '../comments/comment.entity.js';
import { Ticket } from '../tickets/ticket.entity.js';

/** The address of a person whose data was erased. An export shows it, so an import takes it. */
const erased = '[erased]';

const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? undefined : rule(value);

const importedEmailError: Rule = (value) => (value === erased ? undefined : emailError(value));

/** The columns of a ticket that an import sets as they are given. */
export class ImportedTicketColumns extends WriteDto(Ticket, {
  required: ['theme', 'text', 'email'],
  optional: [
    ...([
      'external_id',
      'status',
      'assignee',
      'priority',
      'tags',
      'metadata',
      'due_at',
      'created_at',
    ] as const),
    ...(['updated_at', 'status_changed_at', 'first_response_at', 'closed_at'] as const),
  ],
}) {}

/** The columns of a comment that an import sets as they are given. */
export class ImportedCommentColumns extends WriteDto(Comment, {
  required: ['text', 'email'],
  optional: ['visibility', 'created_at'],
}) {}

/** A comment of a line. */
export class ImportedCommentDto extends ImportedCommentColumns {
  // Here and not in the parent, because class-validator replaces only the rules of the class itself.
  @Satisfies(importedEmailError)
  override email!: string;

  /** The author; by default `requester` if the address is that of the ticket, compared without case, else `team`. */
  @ApiProperty({ enum: authors, enumName: 'CommentAuthor', required: false, example: 'team' })
  @Satisfies((value) => choiceError(value, authors))
  @Optional()
  author?: Author;

  /** The time at which the text was removed; null because it was not. */
  @ApiProperty({ ...timeSchema, nullable: true, required: false, example: null })
  @Satisfies(orNull(storedTimeError))
  @Optional()
  redacted_at?: string | null;
}

/** A line of an import: a ticket with its comments. */
export class ImportedTicketDto extends ImportedTicketColumns {
  @Satisfies(importedEmailError)
  override email!: string;

  /** The id of the ticket in an export: `ticket:<id>` is its external id if it has none. */
  @ApiProperty({ type: 'integer', format: 'int64', required: false, example: 7 })
  @Satisfies(idError)
  @Optional()
  id?: number;

  /** The id that an earlier ticket has in the same export; it is found by `ticket:<id>`. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, required: false, example: 3 })
  @Satisfies(orNull(idError))
  @Optional()
  follows?: number | null;

  /** The external id of the earlier ticket that this one continues. A ticket that was not imported before leaves `follows` null. */
  @ApiProperty({ type: String, nullable: true, required: false, example: 'shop-1999' })
  @Satisfies(orNull((value) => textError(value, 255)))
  @Optional()
  follows_external_id?: string | null;

  /** The comments. They are stored in the order of their times. */
  @ApiProperty({ type: [ImportedCommentDto], required: false })
  comments?: ImportedCommentDto[];
}

/** The error of one field of a line. */
class LineErrorDto {
  /** The field, such as `theme` or `comments[2].text`; `line` for the line itself. */
  @ApiProperty({ example: 'comments[2].text' })
  field!: string;

  /** The reason. */
  @ApiProperty({ example: 'must not be blank' })
  message!: string;
}

/** The statuses of a line. */
const lineStatuses = ['created', 'exists', 'invalid'] as const;

/** The result of a line. */
export class ImportResultDto {
  /** The number of the line; the first one is 1. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  line!: number;

  /** The external id of the ticket; null if the line has none. */
  @ApiProperty({ type: String, nullable: true, example: 'shop-2043' })
  external_id!: string | null;

  /** `created`, `exists` if there is a ticket with this external id, or `invalid`. Only `created` has changed something. */
  @ApiProperty({ enum: lineStatuses, example: 'created' })
  status!: (typeof lineStatuses)[number];

  /** The id of the ticket; absent for an invalid line. */
  @ApiProperty({ type: 'integer', format: 'int64', required: false, example: 7 })
  id?: number;

  /** The errors of an invalid line. */
  @ApiProperty({ type: [LineErrorDto], required: false })
  errors?: LineErrorDto[];
}
