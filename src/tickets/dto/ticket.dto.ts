import { OmitType } from '@nestjs/swagger';

import { Ticket } from '../ticket.entity.js';
import { CommentDto } from './comment.dto.js';

/** A ticket without its comments, as lists show it. */
export class TicketSummaryDto extends OmitType(Ticket, ['version', 'feed_position', 'search']) {}

/** A ticket with its first comments. */
export class TicketDto extends TicketSummaryDto {
  /** The first 100 comments, oldest first. */
  comments!: CommentDto[];

  /**
   * The path of the comments after those; null where there are none.
   * @example null
   */
  comments_next!: string | null;
}

/** A page of a list of tickets. */
export class TicketPageDto {
  /** The tickets of this page. */
  items!: TicketSummaryDto[];

  /**
   * What to send as cursor for the next page; null where this is the last one.
   * @example null
   */
  next_cursor!: string | null;
}
