import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import type { LimitFunction } from 'p-limit';

import { DatabaseUnavailable } from '../database/database-errors.js';
import { lowerAddress, visibleTo } from '../api/audience.js';
import { Problem } from '../api/problem.js';
import type { FeedEvent } from './feed-event.js';
import { formatCursor, type FeedCursor } from './feed-cursor.js';
import type { FeedTail } from './feed-tail.js';
import type { FeedService, FeedBatch } from './feed.service.js';
import type { FeedFilter } from './events.repository.js';

/** The time after which a client should reconnect. */
const reconnectMs = 1_000;

/** The events of one read by a stream that catches up, and its pause after an empty read, and after a failed one. */
const catchUpSize = 500;
const pauseMs = 100;
const retryMs = 1_000;

/** The bytes that are pushed at once, so that a slow client shows progress with each of them. */
const pieceBytes = 16 * 1024;

/** The time that a client may leave a piece unread: while the stream is open, and when it ends. */
const stallMs = 60_000;
const stallAtEndMs = 1_000;

/** The reason to wake an idle stream. */
export type Turn = 'moved' | 'heartbeat' | 'end';

/**
 * The feed of one client, as server-sent events. The client pulls: events that it does not read stay in the tail or in the table, so
 * nothing accumulates here.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream extends Readable {
  private wait?: (turn: Turn) => void;
  private isReading = false;
  /** Text that was read and is not pushed yet. */
  private rest: Buffer | undefined;
  private isEnding = false;
  /** The time at which the client last read; undefined before the first time. */
  private takenAt?: number;

  constructor(
    private readonly source: { feed: FeedService; tail: FeedTail; limit: LimitFunction },
    private readonly wanted: FeedFilter,
    private cursor: FeedCursor,
  ) {
    super();
    // An id without an event gives the client a cursor before its first event.
    this.push(`retry: ${reconnectMs}\nid: ${formatCursor(cursor)}\n\n`);
  }

  /** Wakes the stream: for new events, for a heartbeat, or for its end. */
  wake(turn: Turn): void {
    this.isEnding ||= turn === 'end';
    this.wait?.(turn);
    delete this.wait;
  }

  /** True if the client has left the buffered events unread for too long. */
  get isStalled(): boolean {
    if (this.takenAt === undefined || this.isReading) return false;
    return Date.now() - this.takenAt > (this.isEnding ? stallAtEndMs : stallMs);
  }

  override _read(): void {
    this.takenAt = Date.now();
    if (this.rest) {
      this.pushPiece(this.rest);
      return;
    }
    this.isReading = true;
    const done = (text: string | null) => {
      this.isReading = false;
      if (text === null) this.push(null);
      else this.pushPiece(Buffer.from(text));
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

  private pushPiece(bytes: Buffer): void {
    this.rest = bytes.length > pieceBytes ? bytes.subarray(pieceBytes) : undefined;
    this.push(bytes.subarray(0, pieceBytes));
  }

  /** Returns the next text; null at the end. */
  private async next(): Promise<string | null> {
    while (!this.isEnding) {
      const previous = this.cursor;
      const fromTail = this.fromTail();
      const { events, next } = fromTail ?? (await this.catchUp());
      this.cursor = next;
      if (events.length > 0) return events.map(({ serverSentEvent }) => serverSentEvent).join('');
      if (!fromTail || next !== previous) continue;
      const turn = await new Promise<Turn>((resolve) => (this.wait = resolve));
      if (turn === 'heartbeat') return `: heartbeat\nid: ${formatCursor(this.cursor)}\n\n`;
    }
    return null;
  }

  /**
   * Returns the next events that the tail holds; undefined if the table must be read. What a requester may see is decided by the statement
   * that reads it, so the tail tells only whether there may be something.
   */
  private fromTail(): FeedBatch | undefined {
    const batch = this.source.tail.after(this.cursor);
    if (!batch) return undefined;
    const events = batch.events.filter((event) => this.wants(event));
    return this.wanted.reader.audience === 'requester' && events.length > 0
      ? undefined
      : { events, next: batch.next };
  }

  private async catchUp(): Promise<FeedBatch> {
    const nothing = { events: [], next: this.cursor };
    try {
      const { feed, limit } = this.source;
      const read = () => feed.read(this.cursor, catchUpSize, this.wanted);
      // The client may have disconnected during the wait.
      const batch = await limit(() => (this.isEnding ? nothing : read()));
      if (batch.events.length === 0) await sleep(pauseMs);
      return batch;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      await sleep(retryMs);
      return nothing;
    }
  }

  private wants({ row: { type, ticket_id: id, email }, visibility }: FeedEvent): boolean {
    const { type: types, ticket_id, reader } = this.wanted;
    const isWanted = (types?.includes(type) ?? true) && (ticket_id === undefined || ticket_id === id);
    const isOwn = reader.email === undefined || lowerAddress(email ?? '') === lowerAddress(reader.email);
    return isWanted && isOwn && visibleTo(reader.audience).includes(visibility);
  }
}
