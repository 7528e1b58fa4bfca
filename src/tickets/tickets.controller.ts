import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Actor } from '../auth/principal.js';
import { RequireScope } from '../auth/scope.guard.js';
import { Cached } from '../cache/cache.interceptor.js';
import { HistoryPageDto, type HistoryEventDto } from '../events/dto/event.dto.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { cached, created, idempotencyKey, ifMatch, ifNoneMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf, IfMatch } from '../api/etags.js';
import { IdempotencyKey } from '../idempotency/idempotency.service.js';
import { PageQuery, type Page } from '../api/pagination.js';
import { CreateTicketDto } from './dto/create-ticket.dto.js';
import { ListTicketsQuery } from './dto/list-tickets.query.dto.js';
import { TicketDto, TicketPageDto, type TicketSummaryDto } from './dto/ticket.dto.js';
import { TicketParams } from './dto/ticket.params.dto.js';
import { UpdateStatusDto } from './dto/update-status.dto.js';
import { TicketListService } from './ticket-list.service.js';
import { TicketsService } from './tickets.service.js';

/** The calls on tickets. */
@ApiTags('Tickets')
@Controller('ticket')
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly lists: TicketListService,
  ) {}

  /**
   * Creates a ticket.
   *
   * @remarks It starts opened, in version 1. With an Idempotency-Key the call can be repeated safely.
   */
  @Post()
  @RequireScope('tickets:write')
  @WriteEndpoint({
    success: {
      status: 201,
      body: TicketDto,
      description: 'The new ticket, opened.',
      headers: { ...created, ...versioned },
    },
    requestHeaders: [idempotencyKey],
    problems: {},
  })
  async create(
    @Body() body: CreateTicketDto,
    @Actor() actor?: string,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<ApiResponse<TicketDto>> {
    const { result, replayed } = await this.tickets.create(body, { actor, idempotencyKey });
    const { ticket, version } = result;
    return new ApiResponse(ticket, { etag: etagOf(version), location: `/ticket/${ticket.id}`, replayed });
  }

  /**
   * Lists tickets, without their comments.
   *
   * @remarks The newest come first unless sort says otherwise. Follow next_cursor, or Link rel="next", with the same parameters; tickets created meanwhile do not shift the pages.
   */
  @Get()
  @RequireScope('tickets:read')
  @ListEndpoint({
    success: { status: 200, body: TicketPageDto, description: 'A page of tickets.' },
    problems: {},
  })
  list(@Query() query: ListTicketsQuery): Promise<Page<TicketSummaryDto>> {
    return this.lists.find(query);
  }

  /**
   * Reads a ticket with its first 100 comments.
   *
   * @remarks comments_next leads to the rest of the comments. X-Cache says whether the answer came from the cache.
   */
  @Get(':ticket_id')
  @RequireScope('tickets:read')
  @Cached()
  @ReadEndpoint({
    success: {
      status: 200,
      body: TicketDto,
      description: 'The ticket.',
      headers: { ...cached, ...versioned },
    },
    requestHeaders: [ifNoneMatch],
    problems: { 404: 'There is no such ticket.' },
  })
  async find(@Param() { ticket_id }: TicketParams): Promise<ApiResponse<TicketDto>> {
    const { ticket, version } = await this.tickets.find(ticket_id);
    return new ApiResponse(ticket, { etag: etagOf(version) });
  }

  /**
   * Moves a ticket to another status.
   *
   * @remarks opened becomes answered or closed; answered becomes awaited or closed; awaited becomes answered or closed; closed stays so. Of several clients that race for the same move one wins.
   */
  @Put(':ticket_id')
  @RequireScope('tickets:write')
  @WriteEndpoint({
    success: {
      status: 200,
      body: TicketDto,
      description: 'The ticket in its new status.',
      headers: versioned,
    },
    requestHeaders: [ifMatch],
    problems: {
      404: 'There is no such ticket.',
      409: 'The rules do not allow this move; the problem says the current status and the allowed ones.',
    },
  })
  async updateStatus(
    @Param() { ticket_id }: TicketParams,
    @Body() { status }: UpdateStatusDto,
    @Actor() actor?: string,
    @IfMatch() versions?: number[],
  ): Promise<ApiResponse<TicketDto>> {
    const { ticket, version } = await this.tickets.updateStatus(ticket_id, status, { actor, versions });
    return new ApiResponse(ticket, { etag: etagOf(version) });
  }

  /**
   * Lists every change of a ticket, oldest first.
   *
   * @remarks Each change raised the version of the ticket by one; the first is its creation, unless that was swept (EVENTS_RETENTION_DAYS).
   */
  @Get(':ticket_id/history')
  @RequireScope('tickets:read')
  @ListEndpoint({
    success: { status: 200, body: HistoryPageDto, description: 'A page of changes.' },
    problems: { 404: 'There is no such ticket.' },
  })
  history(@Param() { ticket_id }: TicketParams, @Query() query: PageQuery): Promise<Page<HistoryEventDto>> {
    return this.tickets.history(ticket_id, query);
  }
}
