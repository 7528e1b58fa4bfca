import { CommentDto } from '../../tickets/dto/comment.dto.js';

/** A page of the comments of a ticket. */
export class CommentPageDto {
  /** The comments of this page. */
  items!: CommentDto[];

  /**
   * What to send as cursor for the next page; null where this is the last one.
   * @example null
   */
  next_cursor!: string | null;
}
