import { columns } from '../api/dto.js';
import { HistoryEventDto } from './event.dto.js';
import { feedHorizon } from './record-event.sql.js';

/** The events that one statement reads at most to find the wanted ones. */
export const maxScanned = 10_000;

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

/** Reads the events of all tickets. */
export const readAll = readFeed('read_feed', { among: 'true', order: 'position, id' });

/**
 * The versions of a ticket come in order in the feed, so the index of its history serves here too: a bisection finds the last version
 * that does not come after the cursor. Deleted versions do not come after it.
 */
export const readTicket = readFeed('read_feed_of_ticket', {
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

/** Reads the bounds between which the feed can be read. */
export const selectBounds = {
  name: 'select_feed_bounds',
  text: `SELECT position, id, ${feedHorizon} AS horizon FROM feed_floor`,
};

/** Reads the age in seconds of the oldest event beyond the horizon. */
export const selectLag = {
  name: 'select_feed_lag',
  text: `
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 AS seconds
    FROM event WHERE position >= ${feedHorizon}`,
};

/** $1: the ticket; $2: the last version of the page before; $3: the limit. */
export const listHistory = {
  name: 'list_events_of_ticket',
  text: `
    SELECT ${columns(HistoryEventDto)}, data FROM event
    WHERE ticket_id = $1 AND version > $2
    ORDER BY version LIMIT $3`,
};

/** The events that one statement deletes, so that no statement takes long. */
export const sweepSize = 5_000;

/**
 * Deletes the oldest events, and records in the same statement up to where. It deletes in the order of the feed, as long as all
 * events are old enough. So no event is missing after a cursor that lies beyond the recorded one.
 *
 * $1: the days that events are kept.
 */
export const sweepEvents = {
  name: 'sweep_events',
  text: `
    WITH floor AS MATERIALIZED (
      -- Only one replica sweeps at a time.
      SELECT true FROM feed_floor FOR UPDATE SKIP LOCKED
    ), oldest AS (
      SELECT position, id, at FROM event
      WHERE (SELECT * FROM floor) AND position < ${feedHorizon}
      ORDER BY position, id LIMIT ${sweepSize}
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
