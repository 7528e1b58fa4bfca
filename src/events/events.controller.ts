import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import type { Page } from '../api/pagination.js';
import { TokenExpiry } from '../auth/principal.js';
import { RequireScope } from '../auth/scope.guard.js';
import { EventStreams } from './event-streams.js';
import { FeedEndpoint, LastEventId, WantsStream } from './feed.decorators.js';
import type { FeedCursor } from './feed-cursor.js';
import type { FeedEvent } from './feed-event.js';
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
   * @remarks A client that continues with next_cursor misses no event and sees none twice. The events of a ticket come in the order of its versions. next_cursor is always present: after an empty page, ask again with it after a while. With Accept: text/event-stream the response stays open and sends each event as it comes.
   */
  @Get()
  @RequireScope('tickets:read')
  @FeedEndpoint()
  @Header('Cache-Control', 'no-store')
  @Header('Vary', 'Accept')
  // nginx would hold events back until its buffer is full.
  @Header('X-Accel-Buffering', 'no')
  async follow(
    @Query() { after, from, limit, ...filter }: FeedQuery,
    @WantsStream() wantsStream: boolean,
    @LastEventId() lastEventId?: FeedCursor,
    @TokenExpiry() endsMs?: number,
  ): Promise<Page<FeedEvent> | StreamableFile> {
    if (!wantsStream) return this.feed.page(after ?? from, limit, filter);
    const stream = await this.streams.open(lastEventId ?? after ?? from, filter, endsMs);
    // A failed stream is cut, so that its client reconnects. An orderly end would look complete.
    return new StreamableFile(stream, { type: 'text/event-stream' }).setErrorHandler((_, response) => {
      response.destroy?.();
    });
  }
}
