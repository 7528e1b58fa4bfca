import { Body, Controller, Get, Param, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { Cached, cacheHeaders } from '../cache/cache.interceptor.js';
import { location, ReadCall, WriteCall } from '../http/api-call.js';
import { CreateTicketDto } from './dto/create-ticket.dto.js';
import { TicketDto } from './dto/ticket.dto.js';
import { TicketParams } from './dto/ticket.params.dto.js';
import { UpdateStatusDto } from './dto/update-status.dto.js';
import { ticketKeyOfPath } from './ticket-key.js';
import { TicketsService } from './tickets.service.js';

/** The calls on tickets. */
@ApiTags('Tickets')
@Controller('ticket')
export class TicketsController {
  constructor(private readonly tickets: TicketsService) {}

  /** Creates a ticket. */
  @Post()
  @WriteCall({
    success: { status: 201, body: TicketDto, description: 'The new ticket, opened.', headers: location },
    problems: {},
  })
  async create(
    @Body() body: CreateTicketDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TicketDto> {
    const ticket = await this.tickets.create(body);
    response.location(`/ticket/${ticket.id}`);
    return ticket;
  }

  /** Reads a ticket with its first 100 comments. */
  @Get(':ticket_id')
  @Cached(ticketKeyOfPath)
  @ReadCall({
    success: { status: 200, body: TicketDto, description: 'The ticket.', headers: cacheHeaders },
    problems: { 404: 'There is no such ticket.' },
  })
  find(@Param() { ticket_id }: TicketParams): Promise<TicketDto> {
    return this.tickets.find(ticket_id);
  }

  /** Moves a ticket to another status. */
  @Put(':ticket_id')
  @WriteCall({
    success: { status: 200, body: TicketDto, description: 'The ticket in its new status.' },
    problems: {
      404: 'There is no such ticket.',
      409: 'The rules do not allow this move; the problem says the current status and the allowed ones.',
    },
  })
  updateStatus(
    @Param() { ticket_id }: TicketParams,
    @Body() { status }: UpdateStatusDto,
  ): Promise<TicketDto> {
    return this.tickets.updateStatus(ticket_id, status);
  }
}
