import { Injectable } from '@nestjs/common';

import { Page } from '../api/pagination.js';
import { FeedEvent } from './feed-event.js';
import { CursorExpired, formatCursor, isBefore, maxCursor, type FeedCursor } from './feed-cursor.js';
import { EventsRepository, type FeedFilter } from './events.repository.js';

/** The start of a read: a cursor, the first event that is kept, or the next event from now on. */
export type FeedStart = FeedCursor | 'beginning' | 'now';

/** Some events of the feed, and the cursor after them. */
export interface FeedBatch {
  events: FeedEvent[];
  next: FeedCursor;
}

/** The cursor before all events. */
const beginning: FeedCursor = { position: -1, id: 0 };

/** Reads the changes of all tickets, in an order in which a client that continues from its last cursor misses none. */
@Injectable()
export class FeedService {
  constructor(private readonly repository: EventsRepository) {}

  /** Returns some events; throws CursorExpired where retention has deleted events after the cursor. */
  async read(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedBatch> {
    if (start === 'now') return { events: [], next: await this.resolveCursor(start) };
    const after = start === 'beginning' ? beginning : start;
    const { rows, floor, reached, horizon } = await this.repository.read(after, limit, filter);
    if (start !== 'beginning') assertNotExpired(start, floor);
    const events = rows.map((row) => new FeedEvent(row));
    const last = events.length === limit ? events.at(-1)?.cursor : reached;
    // A cursor from another replica may lie beyond the events that this one sees.
    return { events, next: last ?? maxCursor(maxCursor(after, floor), horizon) };
  }

  /** Returns the cursor of a start; throws CursorExpired like `read`. */
  async resolveCursor(start: FeedStart): Promise<FeedCursor> {
    const { floor, horizon } = await this.repository.bounds();
    if (start === 'now') return horizon;
    if (start === 'beginning') return floor;
    assertNotExpired(start, floor);
    return start;
  }

  /** Returns some events as a page. A page of the feed always has a cursor. */
  async page(start: FeedStart, limit: number, filter: FeedFilter): Promise<Page<FeedEvent>> {
    const { events, next } = await this.read(start, limit, filter);
    return new Page(events, formatCursor(next), 'after');
  }
}

function assertNotExpired(cursor: FeedCursor, floor: FeedCursor): void {
  if (isBefore(cursor, floor)) throw new CursorExpired(cursor);
}
