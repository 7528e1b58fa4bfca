import { isVisibleTo } from '../database/addresses.sql.js';
import { eventColumns, isOfReader, isShown } from './requester-events.sql.js';

/** The events that one statement reads at most to find the wanted ones. */
export const maxScanned = 10_000;

/** The bounds of the feed, and whether the cursor $1, $2 lies between them: its event must be in this database. */
const state = `
  state AS (
    SELECT last_number, last_tag, floor_number, floor_tag, coalesce($1::bigint, floor_number) AS start,
      $1 IS NULL OR ($1, $2) IN ((floor_number, floor_tag), (last_number, last_tag))
        OR $1 < last_number AND EXISTS (SELECT 1 FROM event WHERE number = $1 AND tag = $2) AS is_known
    FROM feed_state
  )`;

/** Reads the bounds of the feed, and checks a cursor. */
export const selectState = { name: 'select_feed_state', text: `WITH ${state} SELECT * FROM state` };

/**
 * Returns a statement that reads the events after a cursor, in one snapshot with the bounds and the check of the cursor.
 *
 * $1, $2: the number and the tag of the cursor, or null for the beginning; $3: the limit; $4: the events to look at; $5: the types, or
 * null; $6: the visibilities; $7: the address of a requester, or null.
 * @param part the condition on the events, their order, the CTEs that the condition needs, and further columns
 */
function readFeed(name: string, part: { before?: string; among: string; order: string; further?: string }) {
  const { before = '', among, order, further = '' } = part;
  const text = `
    WITH RECURSIVE ${state}, ${before} scanned AS MATERIALIZED (
      SELECT number, tag, type, ticket_id, version, actor, by_requester, at, data FROM event
      WHERE ${among} ORDER BY ${order} LIMIT $4
    ), page AS (
      SELECT number, tag, ticket_id, ${eventColumns('$7')} ${further} FROM scanned
      WHERE ($5::text[] IS NULL OR type = ANY ($5))
        -- The cheaper condition first.
        AND CASE WHEN ${isOfReader('scanned.ticket_id', '$7')} THEN ${isShown('$6', '$7')} ELSE false END
      ORDER BY number LIMIT $3
    ), reached AS (
      SELECT number AS reached_number, tag AS reached_tag FROM scanned ORDER BY number OFFSET $4 - 1
    )
    SELECT state.*, reached.*, page.*
    FROM state LEFT JOIN reached ON true LEFT JOIN page ON true
    ORDER BY page.number`;
  return { name, text };
}

const all = { among: 'number > (SELECT start FROM state)', order: 'number' };

/** Reads the events of all tickets. */
export const readAll = readFeed('read_feed', all);

/** Reads the events of all tickets, each with the address of its ticket. */
export const readTail = readFeed('read_feed_tail', {
  ...all,
  further: ', (SELECT email FROM ticket WHERE ticket.id = scanned.ticket_id) AS email',
});

/**
 * Reads the events of the ticket $8. Its versions come in order in the feed, so the index of its history serves here too: a bisection
 * finds the last version that does not come after the cursor. Events without a number come after it. A requester does not learn from the
 * cursor that the ticket of another has events.
 */
export const readTicket = readFeed('read_feed_of_ticket', {
  before: `
    wanted AS MATERIALIZED (SELECT $8::bigint AS id WHERE ${isOfReader('$8', '$7')}), halves AS (
      SELECT 0 AS low, 1 + coalesce((
        SELECT max(version) FROM event WHERE ticket_id = (SELECT id FROM wanted)
      ), 0) AS high
      UNION ALL
      SELECT CASE WHEN is_later THEN low ELSE middle END, CASE WHEN is_later THEN middle ELSE high END
      FROM halves CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) AS half
      CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(number IS NULL OR number > (SELECT start FROM state)), false) AS is_later
        FROM event WHERE ticket_id = $8 AND version = middle
      ) AS looked
      WHERE high - low > 1
    ),`,
  among: `ticket_id = (SELECT id FROM wanted) AND version > (SELECT max(low) FROM halves) AND number IS NOT NULL`,
  order: 'version',
});

/** Reads the age in seconds of the oldest event that has no number yet. */
export const selectLag = {
  name: 'select_feed_lag',
  text: `
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 AS seconds
    FROM event WHERE number IS NULL`,
};

/** $1: the ticket; $2: the last version of the page before; $3: the limit; $4: the visibilities; $5: the address of a requester, or null. */
export const listHistory = {
  name: 'list_events_of_ticket',
  text: `
    SELECT ${eventColumns('$5')} FROM event
    WHERE ticket_id = $1 AND version > $2 AND ${isShown('$4', '$5')}
      AND EXISTS (SELECT FROM ticket WHERE ticket.id = $1 AND ${isVisibleTo('$5')})
    ORDER BY version LIMIT $3`,
};

/** The events that one statement looks at, so that no statement takes long. */
export const sweepSize = 5_000;

/** The days for which an event that somebody still needs stays in the feed at least. */
const neededDays = 30;

/**
 * Moves the floor of the feed over the oldest events, as long as all of them are old enough. Their rows stay: they are the history of
 * their tickets.
 *
 * $1: the days that events stay in the feed; $2: the number from which on they are still needed, or null.
 */
export const sweepEvents = {
  name: 'sweep_events',
  text: `
    WITH oldest AS (
      SELECT number, tag, at < now() - make_interval(days => CASE WHEN number >= $2::bigint THEN greatest($1, ${neededDays}) ELSE $1 END) AS is_old
      FROM event WHERE number > (SELECT floor_number FROM feed_state)
      ORDER BY number LIMIT ${sweepSize}
    ), last AS (
      SELECT number, tag FROM oldest
      WHERE number < coalesce((SELECT min(number) FROM oldest WHERE NOT is_old), 9223372036854775807)
      ORDER BY number DESC LIMIT 1
    )
    UPDATE feed_state SET floor_number = last.number, floor_tag = last.tag
    FROM last WHERE floor_number < last.number
    RETURNING (SELECT count(*) FROM oldest WHERE is_old)::integer AS swept`,
};
