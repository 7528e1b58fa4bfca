import { Injectable, Logger } from '@nestjs/common';

import { team } from '../api/audience.js';
import { Problem } from '../api/problem.js';
import type { FeedEvent } from './feed-event.js';
import { FeedService, type FeedBatch } from './feed.service.js';
import type { FeedCursor } from './feed-cursor.js';
import { Pause } from './pause.js';

/** The pause after a poll, and after a failed one. */
const pollMs = 100;
const retryMs = 1_000;

/** The events that one poll reads, and the newest events that are kept for the streams. */
const maxPolled = 1_000;
const maxKept = 1_000;

/** The events that a stream gets at once. */
const batchSize = 100;

/** The filters of streams differ, so the tail has all events, and the address of each ticket. */
const everything = { reader: team, withAddresses: true };

/** The functions that are called for the streams. */
interface Listener {
  /** There are new events. */
  moved: () => void;
  /** The database was restored or replaced, so the streams must end. */
  restarted: () => void;
}

/**
 * The newest events of the feed, polled once for all streams of this process while any is open. So a thousand streams cost the
 * database no more than one.
 */
@Injectable()
export class FeedTail {
  /** Events with consecutive numbers. */
  private events: FeedEvent[] = [];
  /** The cursors before the first and after the last event that is held; undefined before the first poll. */
  private range: { begin: FeedCursor; end: FeedCursor } | undefined;
  private stop: AbortController | undefined;
  private readonly pollPause = new Pause();

  constructor(private readonly feed: FeedService) {}

  /** Starts polling. */
  start(listener: Listener): void {
    this.stop = new AbortController();
    void this.poll(this.stop.signal, listener);
  }

  /** Stops polling, and drops the events. */
  pause(): void {
    this.stop?.abort();
    this.stop = undefined;
    this.clear();
  }

  /** True while a stream of this process is open. */
  get isFollowed(): boolean {
    return this.stop !== undefined;
  }

  /** Reads at once, because events have got their numbers. */
  moved(): void {
    if (this.isFollowed) this.pollPause.cut();
  }

  /** The cursor after the last event; undefined while the feed is not polled. */
  get end(): FeedCursor | undefined {
    return this.range?.end;
  }

  /** Returns the events after a cursor; undefined for a cursor whose event is not held. */
  after(cursor: FeedCursor): FeedBatch | undefined {
    if (!this.range) return undefined;
    const first = cursor.number - this.range.begin.number;
    const known = first === 0 ? this.range.begin : this.events[first - 1]?.cursor;
    if (known?.tag !== cursor.tag) return undefined;
    const events = this.events.slice(first, first + batchSize);
    return { events, next: events.at(-1)?.cursor ?? cursor };
  }

  private async poll(stop: AbortSignal, listener: Listener): Promise<void> {
    let pauseMs = 0;
    while (!stop.aborted) {
      try {
        const batch = await this.feed.read(this.range?.end ?? 'now', maxPolled, everything);
        // The signal may have changed during the read, which the compiler does not know.
        if (stop.aborted as boolean) return;
        this.append(batch);
        if (batch.events.length > 0) listener.moved();
        pauseMs = batch.events.length === maxPolled ? 0 : pollMs;
      } catch (error) {
        // Another loop may run by now, whose events and listener are not this one's.
        if (stop.aborted as boolean) return;
        if (error instanceof Problem) {
          // The last event is no longer in the database. Clients that reconnect get 410.
          this.clear();
          listener.restarted();
        } else if (pauseMs !== retryMs) {
          new Logger('FeedTail').warn(`The feed cannot be read: ${String(error)}`);
        }
        pauseMs = retryMs;
      }
      if (pauseMs > 0) await this.pollPause.wait(pauseMs);
    }
  }

  private append({ events, next }: FeedBatch): void {
    this.events.push(...events);
    const tooMany = Math.max(0, this.events.length - maxKept);
    const last = this.events.splice(0, tooMany).at(-1);
    this.range = { begin: last?.cursor ?? this.range?.begin ?? next, end: next };
  }

  private clear(): void {
    this.events = [];
    this.range = undefined;
  }
}
