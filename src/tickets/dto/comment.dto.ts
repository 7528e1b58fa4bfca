import { ShowsTime } from '../../api/fields.js';

/** A comment on a ticket. */
export class CommentDto {
  /**
   * The number of the comment.
   * @example 12
   */
  id!: number;

  /**
   * The ticket it belongs to.
   * @example 7
   */
  ticket_id!: number;

  /**
   * What it says, in 1 to 10,000 characters.
   * @example 'Which item do you mean?'
   */
  text!: string;

  /**
   * Who wrote it.
   * @example 'support@example.com'
   */
  email!: string;

  /** When it was written: RFC 3339, UTC, milliseconds. */
  @ShowsTime()
  created_at!: string;
}
