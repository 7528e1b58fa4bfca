import { Injectable } from '@nestjs/common';

import { Database } from '../database/database.js';
import { feedHorizon } from './record-event.sql.js';

/** How many events one statement sweeps, so that none takes long. */
const maxSwept = 5_000;

/**
 * Sweeps the oldest events of the feed, and notes in the same statement up to where. It sweeps in the order of the feed,
 * as far as all are old enough: so a place that was not swept over is one from which nothing is missing.
 */
const sweepEvents = {
  name: 'sweep_events',
  text: `
    WITH floor AS MATERIALIZED (
      -- Only one replica sweeps at a time.
      SELECT true FROM feed_floor FOR UPDATE SKIP LOCKED
    ), oldest AS (
      SELECT position, id, at FROM event
      WHERE (SELECT * FROM floor) AND position < ${feedHorizon}
      ORDER BY position, id LIMIT ${maxSwept}
    ), kept AS (
      SELECT position, id FROM oldest WHERE at >= now() - make_interval(days => $1)
      ORDER BY position, id LIMIT 1
    ), swept AS (
      DELETE FROM event USING oldest
      WHERE event.id = oldest.id
        AND NOT EXISTS (SELECT 1 FROM kept WHERE (oldest.position, oldest.id) >= (kept.position, kept.id))
      RETURNING event.position, event.id
    ), last AS (
      SELECT position, id, count(*) OVER () AS swept FROM swept ORDER BY position DESC, id DESC LIMIT 1
    )
    UPDATE feed_floor SET position = last.position, id = last.id FROM last RETURNING last.swept`,
};

/** The SQL of what is swept from the feed. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /** Sweeps some of the events that are older than so many days; says whether there may be more. */
  async sweep(days: number): Promise<boolean> {
    const [row] = await this.database.run<{ swept: number }>(sweepEvents, [days]);
    return row?.swept === maxSwept;
  }
}
