import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { location, WriteCall } from '../http/api-call.js';
import { CommentDto } from '../tickets/dto/comment.dto.js';
import { TicketParams } from '../tickets/dto/ticket.params.dto.js';
import { CommentsService } from './comments.service.js';
import { CreateCommentDto } from './dto/create-comment.dto.js';

/** The calls on the comments of a ticket. */
@ApiTags('Comments')
@Controller('ticket/:ticket_id/comment')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  /** Comments on a ticket that is not closed. */
  @Post()
  @WriteCall({
    success: { status: 201, body: CommentDto, description: 'The new comment.', headers: location },
    problems: { 404: 'There is no such ticket.', 409: 'The ticket is closed.' },
  })
  async add(
    @Param() { ticket_id }: TicketParams,
    @Body() body: CreateCommentDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommentDto> {
    const comment = await this.comments.add(ticket_id, body);
    response.location(`/ticket/${ticket_id}`);
    return comment;
  }
}
