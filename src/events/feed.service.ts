import { Injectable } from '@nestjs/common';

import { Page } from '../api/pagination.js';
import { FeedEvent } from './feed-event.js';
import { CursorExpired, FeedRestarted, formatCursor } from './feed-cursor.js';
import type { FeedBounds, FeedCursor } from './feed-cursor.js';
import { EventsRepository, type FeedFilter, type FeedRead } from './events.repository.js';

/** The start of a read: a cursor, the first event that is kept, or the next event from now on. */
export type FeedStart = FeedCursor | 'beginning' | 'now';

/** Some events of the feed, and the cursor after them. */
export interface FeedBatch {
  events: FeedEvent[];
  next: FeedCursor;
}

/** Reads the changes of all tickets, in an order in which a client that continues from its last cursor misses none. */
@Injectable()
export class FeedService {
  constructor(private readonly repository: EventsRepository) {}

  /** Returns some events; throws CursorExpired or FeedRestarted if the client could miss events after the cursor. */
  async read(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedBatch> {
    if (start === 'now') return { events: [], next: await this.resolveCursor(start) };
    const after = start === 'beginning' ? undefined : start;
    return toBatch(await this.repository.read(after, limit, filter), after, limit);
  }

  /** Returns the cursor of a start; throws like `read`. */
  async resolveCursor(start: FeedStart): Promise<FeedCursor> {
    const cursor = typeof start === 'object' ? start : undefined;
    const { bounds, isKnown } = await this.repository.state(cursor);
    if (!cursor) return start === 'now' ? bounds.newest : bounds.floor;
    assertReadable(cursor, bounds, isKnown);
    return cursor;
  }

  /** Returns some events as a page. A page of the feed always has a cursor. */
  async page(start: FeedStart, limit: number, filter: FeedFilter): Promise<Page<FeedEvent>> {
    const { events, next } = await this.read(start, limit, filter);
    return new Page(events, formatCursor(next), 'after');
  }
}

function toBatch(read: FeedRead, after: FeedCursor | undefined, limit: number): FeedBatch {
  const { rows, reached, bounds, isKnown } = read;
  if (after) assertReadable(after, bounds, isKnown);
  const events = rows.map((row) => new FeedEvent(row));
  const last = events.length === limit ? events.at(-1)?.cursor : reached;
  return { events, next: last ?? bounds.newest };
}

function assertReadable(cursor: FeedCursor, bounds: FeedBounds, isKnown: boolean): void {
  if (cursor.number < bounds.floor.number) throw new CursorExpired(cursor, bounds);
  if (!isKnown) throw new FeedRestarted(cursor, bounds);
}
