import { Injectable } from '@nestjs/common';

import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import type { HistoryEventDto } from './event.dto.js';
import type { EventType } from './event.entity.js';
import { listHistory, maxScanned, readAll, readTicket } from './event.sql.js';
import { selectBounds, selectLag, sweepEvents, sweepSize } from './event.sql.js';
import type { FeedCursor } from './feed-cursor.js';
import type { FeedRow } from './feed-event.js';

/** The filters of the feed. */
export interface FeedFilter {
  type?: readonly EventType[] | undefined;
  ticket_id?: number | undefined;
}

/** The bounds between which the feed can be read. */
export interface FeedBounds {
  /** The last event that retention deleted. */
  floor: FeedCursor;
  /** Events that are not committed yet lie beyond this. */
  horizon: FeedCursor;
}

/** The result of a read. */
export interface FeedRead extends FeedBounds {
  rows: FeedRow[];
  /** The end of a read that stopped early; undefined where the read reached the horizon. */
  reached: FeedCursor | undefined;
}

type Row = (FeedRow | Record<keyof FeedRow, null>) & {
  floor_position: number;
  floor_id: number;
  reached_position: number | null;
  reached_id: number | null;
  horizon: number;
};

/** Runs the statements on events. */
@Injectable()
export class EventsRepository {
  constructor(
    private readonly database: Database,
    private readonly replicas: Replicas,
  ) {}

  /**
   * Returns up to `limit` events after a cursor. A replica can answer: its horizon comes from its own snapshot, in which a transaction
   * still runs until its end has been replayed.
   */
  async read(after: FeedCursor, limit: number, { type, ticket_id }: FeedFilter): Promise<FeedRead> {
    const scanned = type === undefined ? limit : maxScanned;
    const values: unknown[] = [after.position, after.id, limit, scanned, type];
    if (ticket_id !== undefined) values.push(ticket_id);
    const rows = await this.replicas.run<Row>(ticket_id === undefined ? readAll : readTicket, values);
    const [first] = rows;
    if (!first) throw new Error('The row of feed_floor is missing');
    const { floor_position, floor_id, reached_position, reached_id, horizon } = first;
    return {
      rows: rows.filter(isEvent),
      floor: { position: floor_position, id: floor_id },
      reached: reached_position === null ? undefined : { position: reached_position, id: reached_id ?? 0 },
      horizon: { position: horizon, id: 0 },
    };
  }

  /** Returns the current bounds of the feed. */
  async bounds(): Promise<FeedBounds> {
    type Bounds = FeedCursor & { horizon: number };
    const { horizon, ...floor } = await this.database.runForOne<Bounds>(selectBounds, []);
    return { floor, horizon: { position: horizon, id: 0 } };
  }

  /** Returns the age in seconds of the oldest event beyond the horizon, which an earlier transaction holds up. */
  async lagSeconds(): Promise<number> {
    return (await this.database.runForOne<{ seconds: number }>(selectLag, [])).seconds;
  }

  /** Returns up to `limit` changes of a ticket after the version `after`, oldest first. */
  history(ticketId: number, after: number, limit: number): Promise<HistoryEventDto[]> {
    return this.replicas.run<HistoryEventDto>(listHistory, [ticketId, after, limit]);
  }

  /** Deletes some of the events that are older than so many days; returns whether there may be more. */
  async sweep(days: number): Promise<boolean> {
    const [row] = await this.database.run<{ swept: number }>(sweepEvents, [days]);
    return row?.swept === sweepSize;
  }
}

function isEvent(row: Row): row is Row & FeedRow {
  return row.id !== null;
}
