import { Injectable } from '@nestjs/common';

import { visibleTo, type Reader } from '../api/audience.js';
import { Database, type Statement } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import type { HistoryEventDto } from './event.dto.js';
import type { EventType } from './event.entity.js';
import { listHistory, maxScanned, readAll, readTail, readTicket } from './event.sql.js';
import { selectLag, selectState, sweepEvents, sweepSize } from './event.sql.js';
import type { FeedBounds, FeedCursor } from './feed-cursor.js';
import type { FeedRow } from './feed-event.js';

/** The reader and the filters of the feed. */
export interface FeedFilter {
  reader: Reader;
  type?: readonly EventType[] | undefined;
  ticket_id?: number | undefined;
  /** True if each event has the address of its ticket. */
  withAddresses?: boolean;
}

/** The result of a read. */
export interface FeedRead {
  bounds: FeedBounds;
  /** False if the event of the cursor is not in the database. */
  isKnown: boolean;
  rows: FeedRow[];
  /** The last event that a read with `type`, or for a requester, looked at before it stopped; undefined if it reached the end of the feed. */
  reached: FeedCursor | undefined;
}

interface StateRow {
  last_number: number;
  last_tag: string;
  floor_number: number;
  floor_tag: string;
  is_known: boolean;
}

type Row = (FeedRow | Record<keyof FeedRow, null>) &
  StateRow & { reached_number: number | null; reached_tag: string | null };

/** Runs the statements on events. */
@Injectable()
export class EventsRepository {
  constructor(
    private readonly database: Database,
    private readonly replicas: Replicas,
  ) {}

  /**
   * Returns up to `limit` events after a cursor; without one, from the beginning. A replica of PostgreSQL may lag behind the cursor,
   * so the primary decides whether it is known.
   */
  read(after: FeedCursor | undefined, limit: number, filter: FeedFilter): Promise<FeedRead> {
    const { reader, type, ticket_id, withAddresses } = filter;
    const scanned = type === undefined && reader.audience === 'team' ? limit : maxScanned;
    const visible = visibleTo(reader.audience);
    const values = [after?.number, after?.tag, limit, scanned, type, visible, reader.email];
    if (ticket_id !== undefined) return this.run(readTicket, [...values, ticket_id]);
    return this.run(withAddresses ? readTail : readAll, values);
  }

  private async run(statement: Statement, values: unknown[]): Promise<FeedRead> {
    let rows = await this.replicas.run<Row>(statement, values);
    if (!rows[0]?.is_known) rows = await this.replicas.runOnPrimary<Row>(statement, values);
    const [first] = rows;
    if (!first) throw new Error('The row of feed_state is missing');
    const { reached_number: number, reached_tag: tag } = first;
    return {
      ...stateOf(first),
      rows: rows.filter((row): row is Row & FeedRow => row.number !== null),
      reached: number === null || tag === null ? undefined : { number, tag },
    };
  }

  /** Returns the bounds of the feed, and whether a cursor is known. */
  async state(cursor?: FeedCursor): Promise<Pick<FeedRead, 'bounds' | 'isKnown'>> {
    return stateOf(await this.database.runForOne<StateRow>(selectState, [cursor?.number, cursor?.tag]));
  }

  /** Returns the age in seconds of the oldest event that has no number yet. */
  async lagSeconds(): Promise<number> {
    return (await this.database.runForOne<{ seconds: number }>(selectLag, [])).seconds;
  }

  /** Returns up to `limit` changes of a ticket after the version `after`, oldest first. */
  history(ticketId: number, after: number, limit: number, reader: Reader): Promise<HistoryEventDto[]> {
    const values = [ticketId, after, limit, visibleTo(reader.audience), reader.email];
    return this.replicas.run<HistoryEventDto>(listHistory, values);
  }

  /** Returns the number of the first event that is still needed, whatever its age; null if there is none. Set by the webhooks. */
  firstNeeded: () => Promise<number | null> = () => Promise.resolve(null);

  /**
   * Removes some of the events that are older than so many days from the feed; returns whether there may be more. Events that are
   * needed stay for 30 days.
   */
  async sweep(days: number): Promise<boolean> {
    const [row] = await this.database.run<{ swept: number }>(sweepEvents, [days, await this.firstNeeded()]);
    return row?.swept === sweepSize;
  }
}

function stateOf({ last_number, last_tag, floor_number, floor_tag, is_known }: StateRow) {
  const newest = { number: last_number, tag: last_tag };
  return { bounds: { floor: { number: floor_number, tag: floor_tag }, newest }, isKnown: is_known };
}
