import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Actor } from '../auth/caller.js';
import { NeedsScope } from '../auth/scope.guard.js';
import { Answer } from '../http/answer.js';
import { ListCall, WriteCall } from '../http/api-call.js';
import { created, idempotencyKey, ifMatch } from '../http/api-headers.js';
import { IfMatch } from '../http/etag.js';
import { IdempotencyKey } from '../http/idempotency.js';
import { PageQuery, type Page } from '../http/page.js';
import { CommentDto } from '../tickets/dto/comment.dto.js';
import { TicketParams } from '../tickets/dto/ticket.params.dto.js';
import { CommentsService } from './comments.service.js';
import { CommentPageDto } from './dto/comment-page.dto.js';
import { CreateCommentDto } from './dto/create-comment.dto.js';

/** The calls on the comments of a ticket. */
@ApiTags('Comments')
@Controller('ticket/:ticket_id/comment')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  /**
   * Comments on a ticket that is not closed.
   *
   * @remarks A comment is a change of its ticket: it raises its version. With an Idempotency-Key the call can be repeated safely.
   */
  @Post()
  @NeedsScope('tickets:write')
  @WriteCall({
    success: { status: 201, body: CommentDto, description: 'The new comment.', headers: created },
    requestHeaders: [idempotencyKey, ifMatch],
    problems: { 404: 'There is no such ticket.', 409: 'The ticket is closed.' },
  })
  async add(
    @Param() { ticket_id }: TicketParams,
    @Body() body: CreateCommentDto,
    @Actor() actor?: string,
    @IfMatch() versions?: number[],
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<Answer<CommentDto>> {
    const { result, replayed } = await this.comments.add(ticket_id, body, {
      actor,
      versions,
      idempotencyKey,
    });
    return new Answer(result, { location: `/ticket/${ticket_id}`, replayed });
  }

  /**
   * Lists the comments of a ticket, oldest first.
   *
   * @remarks Follow next_cursor, or Link rel="next", for the next page.
   */
  @Get()
  @NeedsScope('tickets:read')
  @ListCall({
    success: { status: 200, body: CommentPageDto, description: 'A page of comments.' },
    problems: { 404: 'There is no such ticket.' },
  })
  find(@Param() { ticket_id }: TicketParams, @Query() query: PageQuery): Promise<Page<CommentDto>> {
    return this.comments.find(ticket_id, query);
  }
}
