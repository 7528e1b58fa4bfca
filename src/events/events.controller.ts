import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { Reader } from '../api/audience.js';
import { RequireScope } from '../auth/scope.guard.js';
import type { EventStream } from './event-stream.js';
import { EventStreams } from './event-streams.js';
import { FeedEndpoint, StreamRequest } from './feed.decorators.js';
import { FeedQuery } from './feed-query.dto.js';
import { FeedService } from './feed.service.js';

/** The feed of changes, for other services. */
@ApiTags('Events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly feed: FeedService,
    private readonly streams: EventStreams,
  ) {}

  /**
   * Follows every change of every ticket.
   * @remarks For a requester these are the tickets of its address. A client that continues with next_cursor misses no event and sees none twice. The events of a ticket come in the order of its versions. next_cursor is always present: after an empty page, ask again with it after a while. With Accept: text/event-stream the response stays open and sends each event as it comes.
   */
  @Get()
  @RequireScope('tickets:read', 'tickets:own')
  @FeedEndpoint()
  async list(
    @Query() { after, from, limit, ...filters }: FeedQuery,
    @Reader() reader: Reader,
    @StreamRequest() stream?: StreamRequest,
  ) {
    const filter = { reader, ...filters };
    if (!stream) return this.feed.page(after ?? from, limit, filter);
    return toResponse(await this.streams.open(stream.lastEventId ?? after ?? from, filter, stream.expiresMs));
  }
}

/** A failed stream is cut, so that its client reconnects. An orderly end would look complete. */
function toResponse(stream: EventStream): StreamableFile {
  return new StreamableFile(stream, { type: 'text/event-stream' }).setErrorHandler((_, response) => {
    response.destroy?.();
  });
}
