import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';

import { DatabaseUnavailable } from '../database/database-errors.js';
import { Problem } from '../api/problem.js';
import type { FeedEvent } from './feed-event.js';
import { formatCursor, isBefore, type FeedCursor } from './feed-cursor.js';
import type { FeedTail } from './feed-tail.js';
import type { FeedService, FeedBatch } from './feed.service.js';
import type { FeedFilter } from './feed.repository.js';
import type { ReadLanes } from './read-lanes.js';

/** After how long a client whose stream has ended should come again. */
const reconnectMs = 1_000;

/** How many events are read at once for a stream that is behind. */
const maxRead = 500;

/** How long a stream that is behind waits before it asks again: where there was nothing, or the database is away. */
const pauseMs = 100;
const retryMs = 1_000;

/** How long a client may take nothing of what is there for it; at the end it would hold that up, and can come back. */
const stallMs = 10_000;
const stallAtEndMs = 1_000;

/** What a stream that has nothing to send is woken by. */
type Turn = 'moved' | 'heartbeat' | 'end';

/**
 * The feed as one client follows it, in the text of server-sent events. It is pulled: what the client does not take
 * stays where it is, in the tail or in the table, so there is nothing to pile up here.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream extends Readable {
  private wait?: (turn: Turn) => void;
  private isReading = false;
  private isEnding = false;
  /** When the client last took something; undefined before it has begun to. */
  private takenAt?: number;

  constructor(
    private readonly source: { feed: FeedService; tail: FeedTail; lanes: ReadLanes },
    private readonly choice: FeedFilter,
    private place: FeedCursor,
  ) {
    super();
    // An id without an event tells the client its place, so that it can come back to it before it has seen any.
    this.push(`retry: ${reconnectMs}\nid: ${formatCursor(place)}\n\n`);
  }

  /** There are new events, or nothing was to be sent for long, or the service ends. */
  wake(turn: Turn): void {
    this.isEnding ||= turn === 'end';
    this.wait?.(turn);
    delete this.wait;
  }

  /** Whether the client has left the little that is buffered for it lying for too long. */
  get isStalled(): boolean {
    if (this.takenAt === undefined || this.isReading) return false;
    return Date.now() - this.takenAt > (this.isEnding ? stallAtEndMs : stallMs);
  }

  override _read(): void {
    this.isReading = true;
    this.takenAt = Date.now();
    const done = (text: string | null) => {
      this.isReading = false;
      this.push(text);
    };
    this.next().then(done, (error: unknown) => {
      if (!(error instanceof Problem)) new Logger('EventStream').error(error);
      this.destroy(error as Error);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.wake('end');
    done(error);
  }

  /** The next piece of text; null at the end. */
  private async next(): Promise<string | null> {
    while (!this.isEnding) {
      const atTail = this.source.tail.after(this.place);
      const { events, next } = atTail ?? (await this.catchUp());
      const isAtEnd = atTail !== undefined && !isBefore(this.place, next);
      this.place = next;
      const wanted = events.filter((event) => this.wants(event));
      if (wanted.length > 0) return wanted.map(({ text }) => text).join('');
      if (!isAtEnd) continue;
      const turn = await new Promise<Turn>((resolve) => (this.wait = resolve));
      if (turn === 'heartbeat') return `: heartbeat\nid: ${formatCursor(this.place)}\n\n`;
    }
    return null;
  }

  private async catchUp(): Promise<FeedBatch> {
    try {
      const part = await this.source.lanes.take(() => this.readPart());
      if (part.events.length === 0) await sleep(pauseMs);
      return part;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      await sleep(retryMs);
      return { events: [], next: this.place };
    }
  }

  private async readPart(): Promise<FeedBatch> {
    // Its client may have gone while it waited for its turn.
    if (this.isEnding) return { events: [], next: this.place };
    return this.source.feed.read(this.place, maxRead, this.choice);
  }

  private wants({ type, ticketId }: FeedEvent): boolean {
    const { type: types, ticket_id } = this.choice;
    return (types?.includes(type) ?? true) && (ticket_id === undefined || ticket_id === ticketId);
  }
}
