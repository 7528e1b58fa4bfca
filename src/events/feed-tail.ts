import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import type { FeedEvent } from './feed-event.js';
import { FeedService, type FeedBatch } from './feed.service.js';
import { isBefore, maxCursor, type FeedCursor } from './feed-cursor.js';

/** How long after a look that found nothing new the next one comes. */
const pollMs = 100;

/** How long after a look that failed. */
const retryMs = 1_000;

/** How many events one look takes, and how many of the newest are kept for the streams to take their own from. */
const maxPolled = 1_000;
const maxKept = 1_000;

/** How many of them a stream is given at a time. */
const maxGiven = 100;

/**
 * The newest events of the feed, polled once for all streams of this process, for as long as there are any. So a
 * thousand streams ask no more of the database than one.
 */
@Injectable()
export class FeedTail {
  private readonly logger = new Logger('FeedTail');
  private events: FeedEvent[] = [];
  /** What it holds follows the one place and leads up to the other; nothing before the first look. */
  private range?: { begin: FeedCursor; end: FeedCursor };
  private stop?: AbortController;

  constructor(private readonly feed: FeedService) {}

  /**
   * Follows the feed from now on.
   * @param moved is called whenever there are new events
   */
  start(moved: () => void): void {
    this.stop = new AbortController();
    void this.poll(this.stop.signal, moved);
  }

  /** Follows it no longer. */
  pause(): void {
    this.stop?.abort();
    this.events = [];
    delete this.range;
  }

  /** Where the feed ends, as far as it has been followed; undefined where it is not. */
  get end(): FeedCursor | undefined {
    return this.range?.end;
  }

  /** What follows a place; undefined where that is further back than the tail reaches. */
  after(place: FeedCursor): FeedBatch | undefined {
    if (!this.range || isBefore(place, this.range.begin)) return undefined;
    const first = this.indexAfter(place);
    const events = this.events.slice(first, first + maxGiven);
    const isAll = first + maxGiven >= this.events.length;
    const next = (isAll ? this.range.end : events.at(-1)?.cursor) ?? place;
    return { events, next: maxCursor(place, next) };
  }

  private async poll(stop: AbortSignal, moved: () => void): Promise<void> {
    let pauseMs = 0;
    while (!stop.aborted) {
      try {
        const part = await this.feed.read(this.range?.end ?? 'now', maxPolled, {});
        if (isOver(stop)) return;
        this.append(part);
        if (part.events.length > 0) moved();
        pauseMs = part.events.length === maxPolled ? 0 : pollMs;
      } catch (error) {
        if (pauseMs !== retryMs) this.logger.warn(`The feed cannot be read: ${String(error)}`);
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

  /** The events stand in the order of their places, so a bisection finds the first that comes after one. */
  private indexAfter(place: FeedCursor): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.events[middle];
      if (event && isBefore(place, event.cursor)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** It may have been stopped during an await, which the compiler does not know. */
function isOver(stop: AbortSignal): boolean {
  return stop.aborted;
}
