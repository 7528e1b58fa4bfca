import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { TokenExpiry } from '../auth/principal.js';
import { RequireScope } from '../auth/scope.guard.js';
import { FeedQuery } from './dto/feed.query.dto.js';
import { EventStreams } from './event-streams.js';
import { FeedEndpoint, LastEventId, WantsStream } from './feed.decorators.js';
import type { FeedCursor } from './feed-cursor.js';
import { FeedService, type FeedPage } from './feed.service.js';

/** The changes of all tickets, for other services to follow. */
@ApiTags('Events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly feed: FeedService,
    private readonly streams: EventStreams,
  ) {}

  /**
   * Follows every change of every ticket.
   *
   * @remarks A reader who goes on with next_cursor never misses an event and never sees one twice; the events of a ticket come in the order of its versions. next_cursor is always there: where the page is empty, ask again with it after a while. With Accept: text/event-stream the answer stays open and sends each event as it comes.
   */
  @Get()
  @RequireScope('tickets:read')
  @FeedEndpoint()
  @Header('Cache-Control', 'no-store')
  @Header('Vary', 'Accept')
  // nginx would keep what it gets until it has a buffer full.
  @Header('X-Accel-Buffering', 'no')
  async follow(
    @Query() { after, from, limit, ...filter }: FeedQuery,
    @WantsStream() wantsStream: boolean,
    @LastEventId() lastEventId?: FeedCursor,
    @TokenExpiry() endsMs?: number,
  ): Promise<FeedPage | StreamableFile> {
    if (!wantsStream) return this.feed.page(after ?? from, limit, filter);
    const stream = await this.streams.open(lastEventId ?? after ?? from, filter, endsMs);
    // A stream that fails is cut, so that its client comes back: with an end it would look complete.
    return new StreamableFile(stream, { type: 'text/event-stream' }).setErrorHandler((_, response) => {
      response.destroy?.();
    });
  }
}
