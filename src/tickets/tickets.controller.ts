import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { Query, SetMetadata } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Reader } from '../api/audience.js';
import { ApiResponse } from '../api/api-response.js';
import { ListEndpoint, ReadEndpoint, TAKES_QUERY, WriteEndpoint } from '../api/endpoint.decorators.js';
import { cached, created, idempotencyKey, ifMatch, ifNoneMatch, versioned } from '../api/endpoint.headers.js';
import { etagOf } from '../api/etags.js';
import { PageQuery } from '../api/pagination.js';
import { WriteContext } from '../api/write-context.js';
import { RequireScope } from '../auth/scope.guard.js';
import { Cached, EvictsTicket } from '../cache/cache.interceptor.js';
import { HistoryPageDto } from '../events/event.dto.js';
import type { IdempotentResult } from '../idempotency/idempotency.service.js';
import { ClaimTicketDto, CreateTicketDto, TagParams, TicketDto } from './ticket.dto.js';
import { TicketPageDto, TicketParams, UpdateStatusDto, UpdateTicketDto } from './ticket.dto.js';
import { TicketCountsService } from './ticket-counts.service.js';
import { CountTicketsQuery, ListTicketsQuery, TicketCountDto } from './ticket-query.dto.js';
import { TicketsService } from './tickets.service.js';

const noTicket = { 404: 'No ticket has this id.', 410: 'The ticket was deleted.' };
const notAllowed = {
  ...noTicket,
  409: 'The rules do not allow the transition. The problem has the current status and the allowed ones.',
};

const taken = { 409: 'Another ticket has the external_id. The problem has its ticket_id.' };
const closed = { ...noTicket, 409: 'The ticket is closed.' };
const notChanged = {
  ...noTicket,
  409: 'The ticket is closed, the rules do not allow the transition, another ticket has the external_id, or the metadata would have more than 50 keys.',
};
const claimed = {
  ...noTicket,
  409: 'The ticket is closed, or assigned to another one, which the problem names.',
};
const tooManyTags = { ...noTicket, 409: 'The ticket is closed, or has 20 tags.' };
const takes = [ifMatch, idempotencyKey];
const mergePatch = 'application/merge-patch+json';

/** The endpoints of tickets. */
@ApiTags('Tickets')
@Controller('ticket')
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly counts: TicketCountsService,
  ) {}

  /**
   * Creates a ticket.
   * @remarks Its status is `opened`, its version 1. With an Idempotency-Key the request is safe to repeat.
   */
  @Post()
  @RequireScope('tickets:write', 'tickets:own')
  @WriteEndpoint(TicketDto, {
    ...{ status: 201, takes: [idempotencyKey] },
    ...{ sends: { ...created, ...versioned }, problems: taken },
  })
  async create(@Body() body: CreateTicketDto, @WriteContext() context: WriteContext) {
    const { result, replayed } = await this.tickets.create(body, context);
    const etag = etagOf(result.version, context.reader.audience);
    return new ApiResponse(result, { etag, location: `/ticket/${result.id}`, replayed });
  }

  /**
   * Lists tickets, without their comments.
   * @remarks Follow next_cursor, or Link rel="next". Tickets created meanwhile do not shift the pages.
   */
  @Get()
  @RequireScope('tickets:read', 'tickets:own')
  @ListEndpoint(TicketPageDto, { problems: { 422: 'The search would have to read too much.' } })
  list(@Query() query: ListTicketsQuery, @Reader() reader: Reader) {
    return this.tickets.list(query, reader);
  }

  /**
   * Counts tickets.
   * @remarks A count is at most 5 seconds old. At most 100,000 tickets are read; is_exact is false if there are more.
   */
  @Get('count')
  @RequireScope('tickets:read', 'tickets:own')
  @ReadEndpoint(TicketCountDto, {})
  @SetMetadata(TAKES_QUERY, true)
  count(@Query() query: CountTicketsQuery, @Reader() reader: Reader) {
    return this.counts.count(query, reader);
  }

  /**
   * Reads a ticket with its first 100 comments.
   * @remarks comments_next leads to the following comments.
   */
  @Get(':ticket_id')
  @RequireScope('tickets:read', 'tickets:own')
  @Cached()
  @ReadEndpoint(TicketDto, { takes: [ifNoneMatch], sends: { ...cached, ...versioned }, problems: noTicket })
  async find(@Param() { ticket_id }: TicketParams, @Reader() reader: Reader) {
    const result = await this.tickets.find(ticket_id, reader);
    return toResponse(reader)({ result, replayed: false });
  }

  /**
   * Transitions a ticket to another status.
   * @remarks The current status decides which transitions are allowed. Of concurrent identical transitions, one succeeds.
   */
  @Put(':ticket_id')
  @RequireScope('tickets:write', 'tickets:own')
  @EvictsTicket()
  @WriteEndpoint(TicketDto, { takes, sends: versioned, problems: notAllowed })
  updateTicketStatus(
    @Param() path: TicketParams,
    @Body() body: UpdateStatusDto,
    @WriteContext() context: WriteContext,
  ) {
    return this.tickets.transition(path.ticket_id, body.status, context).then(toResponse(context.reader));
  }

  /**
   * Changes fields of a ticket that is not closed, its status too.
   * @remarks
   * The body is a merge patch (RFC 7396): a field that is left out stays, null removes a value or sets its default, and each key of
   * metadata is merged. A change that leaves everything as it is makes no version.
   */
  @Patch(':ticket_id')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @WriteEndpoint(TicketDto, { takes, sends: versioned, problems: notChanged, otherBodies: [mergePatch] })
  update(
    @Param() path: TicketParams,
    @Body() fields: UpdateTicketDto,
    @WriteContext() context: WriteContext,
  ) {
    return this.tickets.change(path.ticket_id, { fields }, context).then(toResponse(context.reader));
  }

  /**
   * Claims a ticket that is free, or assigned to the same one already.
   * @remarks Of concurrent claims of different ones, one succeeds.
   */
  @Post(':ticket_id/claim')
  @HttpCode(200)
  @RequireScope('tickets:write')
  @EvictsTicket()
  @WriteEndpoint(TicketDto, { takes, sends: versioned, problems: claimed })
  claim(
    @Param() path: TicketParams,
    @Body() { assignee }: ClaimTicketDto,
    @WriteContext() context: WriteContext,
  ) {
    return this.tickets
      .change(path.ticket_id, { fields: { assignee }, is_claim: true }, context)
      .then(toResponse(context.reader));
  }

  /**
   * Adds a tag to a ticket.
   * @remarks A tag that the ticket has already makes no version. Concurrent changes of other tags do not get lost.
   */
  @Put(':ticket_id/tag/:tag')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @ReadEndpoint(TicketDto, { takes, sends: versioned, problems: tooManyTags })
  addTag(@Param() { ticket_id, tag }: TagParams, @WriteContext() context: WriteContext) {
    return this.tickets
      .change(ticket_id, { fields: {}, added_tag: tag }, context)
      .then(toResponse(context.reader));
  }

  /**
   * Removes a tag from a ticket.
   * @remarks A tag that the ticket does not have makes no version.
   */
  @Delete(':ticket_id/tag/:tag')
  @RequireScope('tickets:write')
  @EvictsTicket()
  @ReadEndpoint(TicketDto, { takes, sends: versioned, problems: closed })
  removeTag(@Param() { ticket_id, tag }: TagParams, @WriteContext() context: WriteContext) {
    return this.tickets
      .change(ticket_id, { fields: {}, removed_tag: tag }, context)
      .then(toResponse(context.reader));
  }

  /**
   * Lists the changes of a ticket, oldest first.
   * @remarks Each change raised the version of the ticket by one. They are kept as long as the ticket.
   */
  @Get(':ticket_id/history')
  @RequireScope('tickets:read', 'tickets:own')
  @ListEndpoint(HistoryPageDto, { problems: noTicket })
  listHistory(@Param() path: TicketParams, @Query() query: PageQuery, @Reader() reader: Reader) {
    return this.tickets.history(path.ticket_id, query, reader);
  }
}

function toResponse({ audience }: Reader) {
  return ({ result, replayed }: IdempotentResult<TicketDto>): ApiResponse<TicketDto> =>
    new ApiResponse(result, { etag: etagOf(result.version, audience), replayed });
}
