import { Injectable } from '@nestjs/common';

import { DatabaseUnavailable } from '../database/database-errors.js';
import { EventStream } from './event-stream.js';
import { FeedTail } from './feed-tail.js';
import type { FeedCursor } from './feed-cursor.js';
import { FeedService, type FeedStart } from './feed.service.js';
import type { FeedFilter } from './feed.repository.js';
import { ReadLanes } from './read-lanes.js';

/** How often a stream that has nothing to tell says that it is still there. */
const heartbeatMs = 15_000;

/** How often to look for clients that do not read. */
const sweepMs = 1_000;

/** All streams of this process. */
@Injectable()
export class EventStreams {
  private readonly streams = new Set<EventStream>();
  private readonly lanes = new ReadLanes();
  private isEnding = false;
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly feed: FeedService,
    private readonly tail: FeedTail,
  ) {}

  /**
   * Opens a stream of the feed.
   * @param endsMs when it ends at the latest, in milliseconds since 1970: with the token of who follows it
   * @throws CursorExpired, DatabaseUnavailable
   */
  async open(start: FeedStart, filter: FeedFilter, endsMs = Infinity): Promise<EventStream> {
    // What would go wrong with the first read is said before the stream begins, as a problem.
    const place = await this.resolveCursor(start);
    const stream = new EventStream({ feed: this.feed, tail: this.tail, lanes: this.lanes }, filter, place);
    this.add(stream);
    endAt(stream, endsMs);
    if (this.isEnding) stream.wake('end');
    return stream;
  }

  /** How many are open. */
  get count(): number {
    return this.streams.size;
  }

  /** Ends all streams, so that their clients go on at another replica. */
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
      if (this.streams.size === 0) this.pause();
    });
  }

  private begin(): void {
    this.tail.start(() => {
      this.wake('moved');
    });
    this.timers = [
      setInterval(() => {
        this.wake('heartbeat');
      }, heartbeatMs).unref(),
      setInterval(() => {
        for (const stream of this.streams) if (stream.isStalled) stream.destroy(new Error('Not read'));
      }, sweepMs).unref(),
    ];
  }

  private pause(): void {
    this.tail.pause();
    this.timers.forEach(clearInterval);
  }

  private wake(turn: Parameters<EventStream['wake']>[0]): void {
    for (const stream of this.streams) stream.wake(turn);
  }
}

/** An EventSource that is answered with an error does not come again; the stream itself waits for the database. */
function rethrowUnlessUnavailable(error: unknown): void {
  if (!(error instanceof DatabaseUnavailable)) throw error;
}

/** Timers take no longer than this. */
const longestTimerMs = 2 ** 31 - 1;

function endAt(stream: EventStream, endsMs: number): void {
  const timer = setTimeout(
    () => {
      stream.wake('end');
    },
    Math.min(endsMs - Date.now(), longestTimerMs),
  ).unref();
  stream.once('close', () => {
    clearTimeout(timer);
  });
}
