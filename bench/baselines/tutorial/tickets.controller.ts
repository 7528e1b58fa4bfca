import { CACHE_MANAGER, CacheInterceptor } from '@nestjs/cache-manager';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Inject,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  UseInterceptors,
} from '@nestjs/common';
import { NoFilesInterceptor } from '@nestjs/platform-express';
import type { Cache } from 'cache-manager';
import { DataSource } from 'typeorm';

import { CreateCommentDto, CreateTicketDto, ListQuery, UpdateStatusDto } from './dto.js';
import { Comment, Event, Ticket } from './entities.js';

const sources: Record<string, string[]> = {
  answered: ['opened', 'awaited'],
  awaited: ['answered'],
  closed: ['opened', 'answered', 'awaited'],
};

/** The endpoints as tutorials write them: repositories, relations, and a transaction for each write. */
@Controller('ticket')
export class TicketsController {
  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
  ) {}

  @Post()
  @UseInterceptors(NoFilesInterceptor())
  create(@Body() body: CreateTicketDto) {
    return this.source.transaction(async (manager) => {
      const ticket = await manager.save(manager.create(Ticket, { ...body, comments: [] }));
      const data = { theme: body.theme, email: body.email };
      await manager.save(
        manager.create(Event, { type: 'ticket.created', ticket_id: ticket.id, version: 1, data }),
      );
      return { ...ticket, comments_next: null };
    });
  }

  @Get()
  async list(@Query() { limit }: ListQuery) {
    const items = await this.source
      .getRepository(Ticket)
      .find({ order: { created_at: 'DESC', id: 'DESC' }, take: limit });
    return { items, next_cursor: 'x' };
  }

  @Get(':id')
  @UseInterceptors(CacheInterceptor)
  async find(@Param('id', ParseIntPipe) id: number) {
    const ticket = await this.source
      .getRepository(Ticket)
      .findOne({ where: { id }, relations: { comments: true } });
    if (!ticket) throw new NotFoundException();
    return { ...ticket, comments_next: null };
  }

  @Put(':id')
  async updateStatus(@Param('id', ParseIntPipe) id: number, @Body() { status }: UpdateStatusDto) {
    const updated = await this.source.transaction(async (manager) => {
      const lock = { mode: 'pessimistic_write' as const };
      const ticket = await manager.findOne(Ticket, { where: { id }, lock });
      if (!ticket) throw new NotFoundException();
      if (!sources[status]?.includes(ticket.status)) throw new ConflictException();
      const data = { from: ticket.status, to: status };
      const saved = await manager.save(Object.assign(ticket, { status, updated_at: new Date() }));
      await manager.save(
        manager.create(Event, {
          type: 'ticket.status_changed',
          ticket_id: id,
          version: saved.version,
          data,
        }),
      );
      const comments = await manager.find(Comment, { where: { ticket_id: id }, take: 100 });
      return { ...saved, comments, comments_next: null };
    });
    await this.cache.del(`/ticket/${id}`);
    return updated;
  }

  @Post(':id/comment')
  async comment(@Param('id', ParseIntPipe) id: number, @Body() body: CreateCommentDto) {
    const added = await this.source.transaction(async (manager) => {
      const lock = { mode: 'pessimistic_write' as const };
      const ticket = await manager.findOne(Ticket, { where: { id }, lock });
      if (!ticket) throw new NotFoundException();
      if (ticket.status === 'closed') throw new ConflictException();
      const comment = await manager.save(
        manager.create(Comment, {
          ...body,
          ticket_id: id,
          ticket_version: ticket.version + 1,
        }),
      );
      const change = { comment_count: ticket.comment_count + 1, updated_at: new Date() };
      const { version } = await manager.save(Object.assign(ticket, change));
      const data = { comment_id: comment.id };
      await manager.save(manager.create(Event, { type: 'comment.added', ticket_id: id, version, data }));
      return comment;
    });
    await this.cache.del(`/ticket/${id}`);
    return added;
  }
}
