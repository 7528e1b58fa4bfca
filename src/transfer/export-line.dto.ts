import { ApiProperty } from '@nestjs/swagger';

import { CommentDto } from '../comments/comment.dto.js';
import { TicketSummaryDto } from '../tickets/ticket.dto.js';

/** A line of an export: a ticket with all its comments. */
export class ExportLineDto extends TicketSummaryDto {
  /** The external id of the ticket that this one continues, or `ticket:<id>`; absent if there is none. */
  @ApiProperty({ type: String, required: false, example: 'shop-1999' })
  follows_external_id?: string;

  /** The comments, oldest first. */
  @ApiProperty({ type: [CommentDto] })
  comments!: CommentDto[];
}
