import { Injectable } from '@nestjs/common';

import { Page } from '../http/page.js';
import { CursorExpired } from './cursor-expired.js';
import { FeedEvent } from './feed-event.js';
import { formatPlace, isBefore, laterOf, type FeedPlace } from './feed-place.js';
import { FeedRepository, type FeedFilter } from './feed.repository.js';

/** Where to read the feed from: after a place, from the first event that is kept, or from now on. */
export type FeedStart = FeedPlace | 'beginning' | 'now';

/** A part of the feed, and the place that it leads up to. */
export interface FeedPart {
  events: FeedEvent[];
  next: FeedPlace;
}

/** A page of the feed, which always leads to a next one. */
export class FeedPage extends Page<FeedEvent> {
  override cursorParameter(): string {
    return 'after';
  }
}

/** Before all places. */
const beginning: FeedPlace = { position: -1, id: 0 };

/** The changes of all tickets, in an order in which a reader who goes on from the last place never misses one. */
@Injectable()
export class Feed {
  constructor(private readonly repository: FeedRepository) {}

  /**
   * Reads a part of the feed.
   * @throws CursorExpired where events that follow the place have been swept
   */
  async read(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedPart> {
    if (start === 'now') return { events: [], next: await this.placeOf(start) };
    const after = start === 'beginning' ? beginning : start;
    const { rows, floor, reached, horizon } = await this.repository.read(after, limit, filter);
    if (start !== 'beginning') refuseExpired(start, floor);
    const events = rows.map((row) => new FeedEvent(row));
    const last = events.length === limit ? events.at(-1)?.place : reached;
    // A place from another replica may lie beyond what this one sees.
    return { events, next: last ?? laterOf(laterOf(after, floor), horizon) };
  }

  /**
   * The place that stands for a start.
   * @throws CursorExpired
   */
  async placeOf(start: FeedStart): Promise<FeedPlace> {
    const { floor, horizon } = await this.repository.bounds();
    if (start === 'now') return horizon;
    if (start === 'beginning') return floor;
    refuseExpired(start, floor);
    return start;
  }

  /** The same as a page to answer with. */
  async page(start: FeedStart, limit: number, filter: FeedFilter): Promise<FeedPage> {
    const { events, next } = await this.read(start, limit, filter);
    return new FeedPage(events, formatPlace(next));
  }
}

function refuseExpired(place: FeedPlace, floor: FeedPlace): void {
  if (isBefore(place, floor)) throw new CursorExpired(place);
}
