import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Actor } from '../auth/principal.js';
import { RequireScope } from '../auth/scope.guard.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey, ifMatch } from '../api/endpoint.headers.js';
import { IfMatch } from '../api/etags.js';
import { IdempotencyKey } from '../idempotency/idempotency.service.js';
import { PageQuery, type Page } from '../api/pagination.js';
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
  @RequireScope('tickets:write')
  @WriteEndpoint({
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
  ): Promise<ApiResponse<CommentDto>> {
    const { result, replayed } = await this.comments.add(ticket_id, body, {
      actor,
      versions,
      idempotencyKey,
    });
    return new ApiResponse(result, { location: `/ticket/${ticket_id}`, replayed });
  }

  /**
   * Lists the comments of a ticket, oldest first.
   *
   * @remarks Follow next_cursor, or Link rel="next", for the next page.
   */
  @Get()
  @RequireScope('tickets:read')
  @ListEndpoint({
    success: { status: 200, body: CommentPageDto, description: 'A page of comments.' },
    problems: { 404: 'There is no such ticket.' },
  })
  find(@Param() { ticket_id }: TicketParams, @Query() query: PageQuery): Promise<Page<CommentDto>> {
    return this.comments.find(ticket_id, query);
  }
}
