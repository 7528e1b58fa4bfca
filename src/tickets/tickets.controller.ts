import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Audience } from '../api/audience.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, WriteEndpoint } from '../api/endpoint.decorators.js';
import { cached, created, idempotencyKey, ifMatch, ifNoneMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf } from '../api/etags.js';
import { PageQuery } from '../api/pagination.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { Cached, EvictsTicket } from '../cache/cache.interceptor.js';
import { HistoryPageDto } from '../events/event.dto.js';
import { CreateTicketDto, ListTicketsQuery, TicketDto } from './ticket.dto.js';
import { TicketPageDto, TicketParams, UpdateStatusDto } from './ticket.dto.js';
import { TicketsService } from './tickets.service.js';

const noTicket = { 404: 'No ticket has this id.' };
const notAllowed = {
  ...noTicket,
  409: 'The rules do not allow the transition. The problem has the current status and the allowed ones.',
};

/** The endpoints of tickets. */
@ApiTags('Tickets')
@Controller('ticket')
export class TicketsController {
  constructor(private readonly tickets: TicketsService) {}

  /**
   * Creates a ticket.
   * @remarks Its status is `opened`, its version 1. With an Idempotency-Key the request is safe to repeat.
   */
  @Post()
  @RequireScope('tickets:write')
  @WriteEndpoint(TicketDto, { status: 201, takes: [idempotencyKey], sends: { ...created, ...versioned } })
  async create(@Body() body: CreateTicketDto, @WriteContext() context: WriteContext) {
    const { result, replayed } = await this.tickets.create(body, context);
    const location = `/ticket/${result.id}`;
    return new ApiResponse(result, { etag: etagOf(result.version), location, replayed });
  }

  /**
   * Lists tickets, without their comments.
   * @remarks Follow next_cursor, or Link rel="next". Tickets created meanwhile do not shift the pages.
   */
  @Get()
  @RequireScope('tickets:read')
  @ListEndpoint(TicketPageDto)
  list(@Query() query: ListTicketsQuery, @Audience() audience: Audience) {
    return this.tickets.list(query, audience);
  }

  /**
   * Reads a ticket with its first 100 comments.
   * @remarks comments_next leads to the following comments.
   */
  @Get(':ticket_id')
  @RequireScope('tickets:read')
  @Cached()
  @ReadEndpoint(TicketDto, { takes: [ifNoneMatch], sends: { ...cached, ...versioned }, problems: noTicket })
  find(@Param() { ticket_id }: TicketParams, @Audience() audience: Audience) {
    return this.tickets.find(ticket_id, audience).then(toResponse);
  }

  /**
   * Transitions a ticket to another status.
   * @remarks The current status decides which transitions are allowed. Of concurrent identical transitions, one succeeds.
   */
  @Put(':ticket_id')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @WriteEndpoint(TicketDto, { takes: [ifMatch], sends: versioned, problems: notAllowed })
  update(@Param() path: TicketParams, @Body() body: UpdateStatusDto, @WriteContext() context: WriteContext) {
    return this.tickets.transition(path.ticket_id, body.status, context).then(toResponse);
  }

  /**
   * Lists the changes of a ticket, oldest first.
   * @remarks Each change raised the version of the ticket by one. EVENTS_RETENTION_DAYS limits their age.
   */
  @Get(':ticket_id/history')
  @RequireScope('tickets:read')
  @ListEndpoint(HistoryPageDto, { problems: noTicket })
  history(@Param() path: TicketParams, @Query() query: PageQuery, @Audience() audience: Audience) {
    return this.tickets.history(path.ticket_id, query, audience);
  }
}

function toResponse(ticket: TicketDto): ApiResponse<TicketDto> {
  return new ApiResponse(ticket, { etag: etagOf(ticket.version) });
}
