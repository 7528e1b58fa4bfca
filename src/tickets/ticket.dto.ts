import { ApiProperty } from '@nestjs/swagger';

import { ReadDto, WriteDto } from '../api/dto.js';
import { PageDto } from '../api/pagination.js';
import { Choice, IdParameter, TextParameter } from '../api/parameters.js';
import { CommentDto } from '../comments/comment.dto.js';
import { tagPattern, Ticket, type TicketStatus } from './ticket.entity.js';
import { transitionTargets } from './transition-policy.js';

/** Fields that a client may set at the creation and change later. */
const optional = ['external_id', 'assignee', 'priority', 'tags', 'metadata', 'due_at'] as const;

/** A new ticket. */
export class CreateTicketDto extends WriteDto(Ticket, {
  required: ['theme', 'text', 'email'],
  optional: [...optional, 'follows'],
}) {}

/** A change of a ticket: the fields to change. A field that is left out stays as it is. */
export class UpdateTicketDto extends WriteDto(Ticket, {
  required: [],
  optional: ['theme', 'text', 'email', 'status', ...optional],
}) {}

/** A claim of a ticket. */
export class ClaimTicketDto {
  /** The person or the team that claims the ticket: an id of yours, 1 to 255 characters, not blank. */
  @TextParameter({ max: 255, example: 'ada' })
  assignee!: string;
}

/** A transition of a ticket. */
export class UpdateStatusDto {
  /** The new status. The current status decides which transitions are allowed. */
  @Choice(transitionTargets, { example: 'answered' })
  status!: TicketStatus;
}

/** A ticket without its comments, as lists show it. */
export class TicketSummaryDto extends ReadDto(Ticket, [
  ...(['id', 'external_id', 'theme', 'text', 'email', 'status', 'assignee', 'priority', 'tags'] as const),
  ...(['metadata', 'due_at', 'follows', 'version', 'comment_count', 'created_at', 'updated_at'] as const),
  ...(['status_changed_at', 'first_response_at', 'closed_at'] as const),
]) {}

/** A ticket with its first comments. */
export class TicketDto extends TicketSummaryDto {
  /** The first 100 comments, oldest first. */
  @ApiProperty({ type: [CommentDto] })
  comments!: CommentDto[];

  /** The address of the following comments: it begins with PUBLIC_URL, or is a path without it. Null if there are none. */
  @ApiProperty({ type: String, nullable: true, example: null })
  comments_next!: string | null;
}

/** A page of tickets. */
export class TicketPageDto extends PageDto(TicketSummaryDto) {}

/** The path of a ticket. */
export class TicketParams {
  /** The id of the ticket, without sign or leading zeros. */
  @IdParameter({ of: 'ticket', example: 7 })
  ticket_id!: number;
}

/** The path of a tag of a ticket. */
export class TagParams extends TicketParams {
  /** The tag. */
  @TextParameter({ max: 50, pattern: tagPattern, example: 'billing' })
  tag!: string;
}
