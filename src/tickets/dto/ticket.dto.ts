import { OmitType } from '@nestjs/swagger';

import { Ticket } from '../ticket.entity.js';
import { CommentDto } from './comment.dto.js';

/** A ticket with its first comments, as the calls answer it. */
export class TicketDto extends OmitType(Ticket, ['version']) {
  /** The first 100 comments, oldest first. */
  comments!: CommentDto[];
}
