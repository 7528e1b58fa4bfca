import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import type { FeedEvent } from './feed-event.js';
import { FeedService, type FeedBatch } from './feed.service.js';
import { isBefore, maxCursor, type FeedCursor } from './feed-cursor.js';

/** The pause after a poll, and after a failed one. */
const pollMs = 100;
const retryMs = 1_000;

/** The events that one poll reads, and the newest events that are kept for the streams. */
const maxPolled = 1_000;
const maxKept = 1_000;

/** The events that a stream gets at once. */
const batchSize = 100;

/**
 * The newest events of the feed, polled once for all streams of this process while any is open. So a thousand streams cost the
 * database no more than one.
 */
@Injectable()
export class FeedTail {
  private events: FeedEvent[] = [];
  /** The cursors before the first and after the last event that is held; undefined before the first poll. */
  private range?: { begin: FeedCursor; end: FeedCursor };
  private stop?: AbortController;

  constructor(private readonly feed: FeedService) {}

  /** Starts polling; calls `moved` for new events. */
  start(moved: () => void): void {
    this.stop = new AbortController();
    void this.poll(this.stop.signal, moved);
  }

  /** Stops polling, and drops the events. */
  pause(): void {
    this.stop?.abort();
    this.events = [];
    delete this.range;
  }

  /** The cursor after the last event; undefined while the feed is not polled. */
  get end(): FeedCursor | undefined {
    return this.range?.end;
  }

  /** Returns the events after a cursor; undefined for a cursor from before the first event that is held. */
  after(cursor: FeedCursor): FeedBatch | undefined {
    if (!this.range || isBefore(cursor, this.range.begin)) return undefined;
    const first = this.indexAfter(cursor);
    const events = this.events.slice(first, first + batchSize);
    const isAll = first + batchSize >= this.events.length;
    const next = (isAll ? this.range.end : events.at(-1)?.cursor) ?? cursor;
    return { events, next: maxCursor(cursor, next) };
  }

  private async poll(stop: AbortSignal, moved: () => void): Promise<void> {
    let pauseMs = 0;
    while (!stop.aborted) {
      try {
        const part = await this.feed.read(this.range?.end ?? 'now', maxPolled, {});
        // The signal may have changed during the read, which the compiler does not know.
        if (stop.aborted as boolean) return;
        this.append(part);
        if (part.events.length > 0) moved();
        pauseMs = part.events.length === maxPolled ? 0 : pollMs;
      } catch (error) {
        if (pauseMs !== retryMs) new Logger('FeedTail').warn(`The feed cannot be read: ${String(error)}`);
        pauseMs = retryMs;
      }
      await sleep(pauseMs);
    }
  }

  private append({ events, next }: FeedBatch): void {
    this.events.push(...events);
    const tooMany = Math.max(0, this.events.length - maxKept);
    const last = this.events.splice(0, tooMany).at(-1);
    this.range = { begin: last?.cursor ?? this.range?.begin ?? next, end: next };
  }

  /** Finds the first event after a cursor, by bisection. */
  private indexAfter(cursor: FeedCursor): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.events[middle];
      if (event && isBefore(cursor, event.cursor)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
