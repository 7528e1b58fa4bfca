import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Reader } from '../api/audience.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { created, idempotencyKey, ifMatch } from '../api/endpoint.headers.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EvictsTicket } from '../cache/cache.interceptor.js';
import type { IdempotentResult } from '../idempotency/idempotency.service.js';
import { TicketParams } from '../tickets/ticket.dto.js';
import { CommentDto, CommentPageDto, CommentParams } from './comment.dto.js';
import { CreateCommentDto, ListCommentsQuery } from './comment.dto.js';
import { CommentsService } from './comments.service.js';

const noTicket = { 404: 'No ticket has this id.', 410: 'The ticket was deleted.' };
const takes = [idempotencyKey, ifMatch];
const closed = { ...noTicket, 409: 'The ticket is closed.' };

/** The endpoints of comments. */
@ApiTags('Comments')
@Controller('ticket/:ticket_id/comment')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  /**
   * Comments on a ticket that is not closed.
   * @remarks A comment is a change: it raises the version of the ticket. An internal one is for the team only. With an Idempotency-Key it is safe to repeat.
   */
  @Post()
  @RequireScope('tickets:write', 'tickets:own')
  @EvictsTicket()
  @WriteEndpoint(CommentDto, { status: 201, takes, sends: created, problems: closed })
  add(@Param() path: TicketParams, @Body() body: CreateCommentDto, @WriteContext() context: WriteContext) {
    return this.comments.add(path.ticket_id, body, context).then(toResponse);
  }

  /**
   * Lists the comments of a ticket, oldest or newest first.
   * @remarks Follow next_cursor, or Link rel="next", for the next page. Comments added meanwhile do not shift the pages.
   */
  @Get()
  @RequireScope('tickets:read', 'tickets:own')
  @ListEndpoint(CommentPageDto, { problems: noTicket })
  list(@Param() path: TicketParams, @Query() query: ListCommentsQuery, @Reader() reader: Reader) {
    return this.comments.list(path.ticket_id, query, reader);
  }

  /**
   * Reads a comment.
   * @remarks The Location of a new comment leads here.
   */
  @Get(':comment_id')
  @RequireScope('tickets:read', 'tickets:own')
  @ReadEndpoint(CommentDto, { problems: { ...noTicket, 404: 'No comment on this ticket has this id.' } })
  find(@Param() path: CommentParams, @Reader() reader: Reader) {
    return this.comments.find(path, reader);
  }
}

function toResponse({ result, replayed }: IdempotentResult<CommentDto>): ApiResponse<CommentDto> {
  const { ticket_id, id } = result;
  return new ApiResponse(result, { location: `/ticket/${ticket_id}/comment/${id}`, replayed });
}
