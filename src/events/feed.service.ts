import { Injectable } from '@nestjs/common';

import { Page } from '../api/pagination.js';
import { CursorExpired } from './events.errors.js';
import { FeedEvent } from './feed-event.js';
import { formatCursor, isBefore, maxCursor, type FeedCursor } from './feed-cursor.js';
import { FeedRepository, type FeedFilter } from './feed.repository.js';

/** Where to read the feed from: after a place, from the first event that is kept, or from now on. */
export type FeedStart = FeedCursor | 'beginning' | 'now';

/** A part of the feed, and the place that it leads up to. */
export interface FeedBatch {
  events: FeedEvent[];
  next: FeedCursor;
}

/** A page of the feed, which always leads to a next one. */
export class FeedPage extends Page<FeedEvent> {
  override cursorParameter(): string {
    return 'after';
  }
}

/** Before all places. */
const beginning: FeedCursor = { position: -1, id: 0 };

/** The changes of all tickets, in an order in which a reader who goes on from the last place never misses one. */
@Injectable()
export class FeedService {
  constructor(private readonly repository: FeedRepository) {}

  /**
   * Reads a part of the feed.
   * @throws CursorExpired where events that follow the place have been swept
   */
  async read(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedBatch> {
    if (start === 'now') return { events: [], next: await this.resolveCursor(start) };
    const after = start === 'beginning' ? beginning : start;
    const { rows, floor, reached, horizon } = await this.repository.read(after, limit, filter);
    if (start !== 'beginning') assertNotExpired(start, floor);
    const events = rows.map((row) => new FeedEvent(row));
    const last = events.length === limit ? events.at(-1)?.cursor : reached;
    // A place from another replica may lie beyond what this one sees.
    return { events, next: last ?? maxCursor(maxCursor(after, floor), horizon) };
  }

  /**
   * The place that stands for a start.
   * @throws CursorExpired
   */
  async resolveCursor(start: FeedStart): Promise<FeedCursor> {
    const { floor, horizon } = await this.repository.bounds();
    if (start === 'now') return horizon;
    if (start === 'beginning') return floor;
    assertNotExpired(start, floor);
    return start;
  }

  /** The same as a page to answer with. */
  async page(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedPage> {
    const { events, next } = await this.read(start, limit, filter);
    return new FeedPage(events, formatCursor(next));
  }
}

function assertNotExpired(place: FeedCursor, floor: FeedCursor): void {
  if (isBefore(place, floor)) throw new CursorExpired(place);
}
