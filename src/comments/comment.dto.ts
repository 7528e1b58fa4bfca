import { ReadDto, WriteDto } from '../api/dto.js';
import { PageDto } from '../api/pagination.js';
import { Comment } from './comment.entity.js';

/** A comment on a ticket. */
export class CommentDto extends ReadDto(Comment, ['id', 'ticket_id', 'text', 'email', 'created_at']) {}

/** A new comment. */
export class CreateCommentDto extends WriteDto(Comment, { required: ['text', 'email'] }) {}

/** A page of the comments of a ticket. */
export class CommentPageDto extends PageDto(CommentDto) {}

/** Returns the name of a ticket's list of comments. A cursor is valid for one list. */
export function commentList(ticketId: number): string {
  return `comments of ${ticketId}`;
}
