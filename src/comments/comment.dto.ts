import { visibilities, type Visibility } from '../api/audience.js';
import { ReadDto, WriteDto } from '../api/dto.js';
import { PageDto, PageQuery } from '../api/pagination.js';
import { Choice, IdParameter, OptionalChoice } from '../api/parameters.js';
import { Comment } from './comment.entity.js';

/** A comment on a ticket. */
export class CommentDto extends ReadDto(Comment, [
  ...(['id', 'ticket_id', 'text', 'email', 'author', 'visibility'] as const),
  ...(['redacted_at', 'created_at', 'ticket_version'] as const),
]) {}

/** A new comment. */
export class CreateCommentDto extends WriteDto(Comment, {
  required: ['text', 'email'],
  optional: ['visibility'],
}) {}

/** A page of the comments of a ticket. */
export class CommentPageDto extends PageDto(CommentDto) {}

/** The path of a comment. */
export class CommentParams {
  /** The id of the ticket, without sign or leading zeros. */
  @IdParameter({ of: 'ticket', example: 7 })
  ticket_id!: number;

  /** The id of the comment, without sign or leading zeros. */
  @IdParameter({ of: 'comment', example: 12 })
  comment_id!: number;
}

/** The orders of a list of comments. A leading minus means descending. */
const sorts = ['created_at', '-created_at'] as const;

/** The filter and the order of a list of comments. */
export class ListCommentsQuery extends PageQuery {
  /** Only comments of this visibility. */
  @OptionalChoice(visibilities)
  visibility?: Visibility;

  /** The order: oldest first, or with a minus newest first. */
  @Choice(sorts, { default: 'created_at' })
  sort: (typeof sorts)[number] = 'created_at';
}

/** Returns the name of a list of a ticket's comments; by default of all, oldest first. A cursor is valid for one list. */
export function commentList(ticketId: number, { sort, visibility }: Partial<ListCommentsQuery> = {}): string {
  const order = sort === '-created_at' ? ' newest first' : '';
  return `comments of ${ticketId}${order}${visibility === undefined ? '' : ` ${visibility}`}`;
}
