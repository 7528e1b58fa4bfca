import { Injectable } from '@nestjs/common';

import { Database } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import type { EventType } from './event.entity.js';
import { feedHorizon } from './record-event.sql.js';
import type { FeedRow } from './feed-event.js';
import type { FeedCursor } from './feed-cursor.js';

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

/** The events that one statement reads at most to find the wanted ones. */
const maxScanned = 10_000;

/**
 * Returns a statement that reads the events after a cursor. The horizon comes from the same snapshot as the rows: events of earlier
 * transactions that this snapshot does not show lie beyond it.
 * @param part the condition on the events, their order, and the CTEs that the condition needs
 */
function readFeed(name: string, part: { before?: string; among: string; order: string }) {
  const { before = '', among, order } = part;
  const text = `
    WITH RECURSIVE ${before} scanned AS MATERIALIZED (
      SELECT position, id, type, ticket_id, version, actor, at, data FROM event
      WHERE ${among} AND (position, id) > ($1, $2) AND position < ${feedHorizon}
      ORDER BY ${order} LIMIT $4
    ), page AS (
      SELECT * FROM scanned WHERE $5::text[] IS NULL OR type = ANY ($5) ORDER BY position, id LIMIT $3
    ), reached AS (
      SELECT position, id FROM scanned ORDER BY position, id OFFSET $4 - 1
    )
    SELECT floor.position AS floor_position, floor.id AS floor_id,
      reached.position AS reached_position, reached.id AS reached_id,
      ${feedHorizon} AS horizon, page.*
    FROM feed_floor AS floor LEFT JOIN reached ON true LEFT JOIN page ON true
    ORDER BY page.position, page.id`;
  return { name, text };
}

const readAll = readFeed('read_feed', { among: 'true', order: 'position, id' });

/**
 * The versions of a ticket come in order in the feed, so the index of its history serves here too: a bisection finds the last version
 * that does not come after the cursor. Deleted versions do not come after it.
 */
const readTicket = readFeed('read_feed_of_ticket', {
  before: `
    halves AS (
      SELECT 0 AS low, coalesce((SELECT version FROM ticket WHERE id = $6), 0) + 1 AS high
      UNION ALL
      SELECT CASE WHEN is_later THEN low ELSE middle END, CASE WHEN is_later THEN middle ELSE high END
      FROM halves CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) AS half
      CROSS JOIN LATERAL (
        SELECT coalesce(bool_or((position, id) > ($1, $2)), false) AS is_later
        FROM event WHERE ticket_id = $6 AND version = middle
      ) AS looked
      WHERE high - low > 1
    ),`,
  among: 'ticket_id = $6 AND version > (SELECT max(low) FROM halves)',
  order: 'version',
});

const selectBounds = {
  name: 'select_feed_bounds',
  text: `SELECT position, id, ${feedHorizon} AS horizon FROM feed_floor`,
};

const selectLag = {
  name: 'select_feed_lag',
  text: `
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 AS seconds
    FROM event WHERE position >= ${feedHorizon}`,
};

type Row = (FeedRow | Record<keyof FeedRow, null>) & {
  floor_position: number;
  floor_id: number;
  reached_position: number | null;
  reached_id: number | null;
  horizon: number;
};

/** Runs the statements of the feed. */
@Injectable()
export class FeedRepository {
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
    const values = [after.position, after.id, limit, scanned, type];
    const rows = await (ticket_id === undefined
      ? this.replicas.run<Row>(readAll, values)
      : this.replicas.run<Row>(readTicket, [...values, ticket_id]));
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
    const row = await this.database.runForOne<FeedCursor & { horizon: number }>(selectBounds, []);
    const { position, id, horizon } = row;
    return { floor: { position, id }, horizon: { position: horizon, id: 0 } };
  }

  /** Returns the age in seconds of the oldest event beyond the horizon, which an earlier transaction holds up. */
  async lagSeconds(): Promise<number> {
    return (await this.database.runForOne<{ seconds: number }>(selectLag, [])).seconds;
  }
}

function isEvent(row: Row): row is Row & FeedRow {
  return row.id !== null;
}
