import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';

import { DatabaseUnavailable } from '../database/database-errors.js';
import { EventStream, type Turn } from './event-stream.js';
import { FeedTail } from './feed-tail.js';
import type { FeedCursor } from './feed-cursor.js';
import { FeedService, type FeedStart } from './feed.service.js';
import type { FeedFilter } from './events.repository.js';

/** The time between two heartbeats of a stream without events. */
const heartbeatMs = 15_000;

/** The time between two checks for clients that do not read. */
const sweepMs = 1_000;

/** The streams of a process that may read the table at once, by their readers: a small part of MAX_IN_FLIGHT. */
const maxCatchUps = { team: 4, requester: 2 };

/** The streams of this process. */
@Injectable()
export class EventStreams {
  private readonly streams = new Set<EventStream>();
  /** Limits the streams that catch up at the same time. Other requests keep their room, and requesters do not delay the team. */
  private readonly limits = { team: pLimit(maxCatchUps.team), requester: pLimit(maxCatchUps.requester) };
  private isEnding = false;
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly feed: FeedService,
    private readonly tail: FeedTail,
  ) {}

  /**
   * Opens a stream of the feed; throws CursorExpired, FeedRestarted or DatabaseUnavailable.
   * @param endsMs the time at which it ends at the latest, in milliseconds since 1970: the expiry of the client's token
   */
  async open(start: FeedStart, filter: FeedFilter, endsMs = Infinity): Promise<EventStream> {
    // An error of the first read is answered as a problem, before the stream begins.
    const cursor = await this.resolveCursor(start);
    const limit = this.limits[filter.reader.audience];
    const source = { feed: this.feed, tail: this.tail, limit };
    const stream = new EventStream(source, filter, cursor);
    this.add(stream);
    endAt(stream, endsMs);
    if (this.isEnding) stream.wake('end');
    return stream;
  }

  /** The number of open streams. */
  get count(): number {
    return this.streams.size;
  }

  /** Ends all streams, so that their clients continue at another replica. */
  end(): void {
    this.isEnding = true;
    this.wake('end');
  }

  private async resolveCursor(start: FeedStart): Promise<FeedCursor> {
    if (start === 'now' && this.tail.end) return this.tail.end;
    if (typeof start !== 'object') return this.feed.resolveCursor(start);
    if (!this.tail.after(start)) await this.feed.resolveCursor(start).catch(rethrowUnlessUnavailable);
    return start;
  }

  private add(stream: EventStream): void {
    if (this.streams.size === 0) this.begin();
    this.streams.add(stream);
    stream.once('close', () => {
      this.streams.delete(stream);
      if (this.streams.size > 0) return;
      this.tail.pause();
      this.timers.forEach(clearInterval);
    });
  }

  private begin(): void {
    const destroyStalled = () => {
      for (const stream of this.streams) if (stream.isStalled) stream.destroy(new Error('Not read'));
    };
    this.tail.start({ moved: this.wake.bind(this, 'moved'), restarted: this.wake.bind(this, 'end') });
    const heartbeat = setInterval(this.wake.bind(this, 'heartbeat'), heartbeatMs);
    this.timers = [heartbeat.unref(), setInterval(destroyStalled, sweepMs).unref()];
  }

  private wake(turn: Turn): void {
    for (const stream of this.streams) stream.wake(turn);
  }
}

/** An EventSource does not reconnect after an error response, so the stream itself waits for the database. */
function rethrowUnlessUnavailable(error: unknown): void {
  if (!(error instanceof DatabaseUnavailable)) throw error;
}

/** The longest delay of a timer. */
const maxTimerMs = 2 ** 31 - 1;

function endAt(stream: EventStream, endsMs: number): void {
  const end = stream.wake.bind(stream, 'end');
  const timer = setTimeout(end, Math.min(endsMs - Date.now(), maxTimerMs)).unref();
  stream.once('close', () => {
    clearTimeout(timer);
  });
}
