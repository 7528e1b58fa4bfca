/** The requests to an endpoint at once, over all replicas. */
const maxInFlight = 10;

/** The time for which a claimed event belongs to its replica. An attempt takes half of it at most. */
export const leaseMs = 30_000;

/** The events that wait for an endpoint in rows. Further ones wait in the feed. */
const maxPending = 10_000;

/** The rows that one statement adds, and the events that it looks at. */
const maxAdded = 200;
const maxScanned = 1_000;

/** Stands for the ticket of an event of an erasure, which has none. Such events come in their order too. */
const noTicket = 0;

const lease = `interval '${leaseMs} milliseconds'`;

/** Returns the enabled endpoints, and whether there is something to send to each. It runs once a second in each replica. */
export const selectEnabled = {
  name: 'select_enabled_webhooks',
  text: `
    SELECT webhook.id, next_number <= last_number OR EXISTS (
      SELECT 1 FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending' AND next_at <= now()
    ) AS is_due
    FROM webhook CROSS JOIN feed_state WHERE enabled`,
};

/**
 * Locks an endpoint, and tells whether the next events of the feed need rows, because few are due. All that follows in the transaction has younger snapshots, and so sees what the holder of the lock before did.
 * $1: the endpoint.
 */
const lock = (wait: '' | 'SKIP LOCKED') => ({
  name: `lock_webhook_${wait ? 'or_skip' : 'and_wait'}`,
  text: `
    SELECT url, secret, CASE WHEN previous_secret_until > now() THEN previous_secret END AS previous_secret,
      resume_number IS NOT NULL AS is_replay, next_number <= last_number AND ${maxInFlight} > (
        SELECT count(*) FROM (
          SELECT FROM webhook_delivery WHERE webhook_id = $1 AND state = 'pending' AND next_at <= now() LIMIT ${maxInFlight}
        ) AS due) AS needs_more
    FROM webhook CROSS JOIN feed_state WHERE id = $1 FOR UPDATE OF webhook ${wait}`,
});

/** The statements that lock an endpoint. With results to record it waits, else the holder of the lock does the work. */
export const lockWebhook = { wait: lock(''), skip: lock('SKIP LOCKED') };

/**
 * Records the results of attempts whose lease is still theirs, and makes the next event of a ticket due where one has left the queue.
 * $1: the endpoint; $2: a JSON list of AttemptRecord; $3: the seconds without a success after which the endpoint is disabled.
 */
export const recordAttempts = {
  name: 'record_webhook_attempts',
  text: `
    WITH results AS (
      SELECT * FROM json_to_recordset($2)
        AS (number bigint, lease uuid, url text, outcome text, delay float8, attempt json)
    ), recorded AS (
      UPDATE webhook_delivery AS d SET
        state = CASE WHEN d.again OR outcome NOT IN ('delivered', 'failed') THEN 'pending' ELSE outcome END,
        tries = CASE WHEN d.again THEN 0 WHEN outcome = 'retry' THEN tries + 1 ELSE tries END,
        next_at = CASE
          WHEN d.again OR outcome IN ('gone', 'released') THEN now()
          WHEN outcome = 'retry' THEN now() + make_interval(secs => delay) END,
        done_at = CASE WHEN NOT d.again AND outcome IN ('delivered', 'failed') THEN now() END,
        lease = NULL, again = false,
        attempts = CASE WHEN attempt IS NULL THEN attempts ELSE (
          SELECT json_agg(value ORDER BY place) FROM (
            SELECT value, place FROM json_array_elements(attempts) WITH ORDINALITY AS old (value, place)
            UNION ALL SELECT attempt, 99
            ORDER BY place DESC LIMIT 10) AS newest) END
      FROM results WHERE d.webhook_id = $1 AND d.number = results.number AND d.lease = results.lease
      RETURNING d.number, d.ticket_id, d.state, outcome, url, attempt
    ), freed AS (
      SELECT (
        SELECT min(number) FROM webhook_delivery AS later
        WHERE webhook_id = $1 AND ticket_id = recorded.ticket_id AND state = 'pending' AND number <> recorded.number
      ) AS number
      FROM recorded WHERE state <> 'pending'
    ), due AS (
      UPDATE webhook_delivery AS d SET next_at = now()
      FROM freed WHERE d.webhook_id = $1 AND d.number = freed.number AND d.next_at IS NULL
    ), facts AS (
      SELECT bool_or(outcome = 'delivered') AS has_success,
        bool_or(outcome IN ('retry', 'failed') AND attempt IS NOT NULL) AS has_failure,
        bool_or(outcome = 'gone' AND recorded.url = webhook.url) AS is_gone
      FROM recorded JOIN webhook ON webhook.id = $1
    ), verdict AS (
      SELECT *, CASE
        WHEN is_gone THEN 'gone'
        WHEN has_failure AND NOT has_success AND failing_since < now() - make_interval(secs => $3) THEN 'failing'
      END AS reason
      FROM facts JOIN webhook ON webhook.id = $1
    )
    UPDATE webhook SET
      last_success_at = CASE WHEN has_success THEN now() ELSE webhook.last_success_at END,
      failing_since = CASE WHEN has_success THEN NULL WHEN has_failure THEN coalesce(webhook.failing_since, now())
        ELSE webhook.failing_since END,
      enabled = webhook.enabled AND reason IS NULL,
      disabled_reason = CASE WHEN webhook.enabled THEN reason ELSE webhook.disabled_reason END
    FROM verdict WHERE webhook.id = $1 AND (has_failure OR is_gone
      OR has_success AND (webhook.failing_since IS NOT NULL OR webhook.last_success_at IS NULL
        OR webhook.last_success_at < now() - interval '1 second'))
    RETURNING CASE WHEN verdict.enabled THEN reason END AS reason`,
};

/**
 * Leases the events that are due, as many as may be in flight. A lease that has ended is due again, because its replica may be dead.
 * $1: the endpoint.
 */
export const claimDeliveries = {
  name: 'claim_webhook_deliveries',
  text: `
    WITH due AS (
      SELECT number FROM webhook_delivery
      WHERE webhook_id = $1 AND state = 'pending' AND next_at <= now()
        AND (SELECT enabled FROM webhook WHERE id = $1)
      ORDER BY next_at, number LIMIT greatest(0, ${maxInFlight} - (
        SELECT count(*) FROM webhook_delivery
        WHERE webhook_id = $1 AND state = 'pending' AND lease IS NOT NULL
          AND next_at > now() AND next_at <= now() + ${lease}))
    ), leased AS (
      UPDATE webhook_delivery AS d SET lease = gen_random_uuid(), next_at = now() + ${lease}
      FROM due WHERE d.webhook_id = $1 AND d.number = due.number
      RETURNING d.number, d.ticket_id, d.lease, d.tries
    )
    SELECT leased.number, nullif(leased.ticket_id, ${noTicket}) AS ticket_id, leased.lease, leased.tries, tag, type, version, actor, at, data
    FROM leased LEFT JOIN event USING (number) ORDER BY leased.number`,
};

/**
 * Gives rows to the next events of the feed that the endpoint wants, and moves its place over them. A row waits (next_at is null)
 * while an earlier event of its ticket is pending. In a replay, rows that exist begin again. $1: the endpoint.
 */
export const addDeliveries = {
  name: 'add_webhook_deliveries',
  text: `
    WITH place AS (
      SELECT types, next_number, replay_until, resume_number, least(coalesce(replay_until, last_number), last_number) AS until,
        least(${maxAdded}, ${maxPending} - (
          SELECT count(*) FROM (
            SELECT FROM webhook_delivery WHERE webhook_id = $1 AND state = 'pending' LIMIT ${maxPending}
          ) AS pending))::integer AS room
      FROM webhook CROSS JOIN feed_state WHERE id = $1
    ), scanned AS MATERIALIZED (
      SELECT number, coalesce(ticket_id, ${noTicket}) AS ticket_id, type FROM event
      WHERE number >= (SELECT next_number FROM place) AND number <= (SELECT until FROM place)
      ORDER BY number LIMIT ${maxScanned}
    ), wanted AS MATERIALIZED (
      SELECT number, ticket_id FROM scanned CROSS JOIN place
      WHERE types IS NULL OR type = ANY (types)
      ORDER BY number LIMIT (SELECT room FROM place)
    ), added AS (
      INSERT INTO webhook_delivery AS d (webhook_id, number, ticket_id, next_at)
      SELECT $1, number, ticket_id, CASE
        WHEN row_number() OVER (PARTITION BY ticket_id ORDER BY number) = 1 AND NOT EXISTS (
          SELECT 1 FROM webhook_delivery
          WHERE webhook_id = $1 AND ticket_id = wanted.ticket_id AND state = 'pending'
        ) THEN now() END
      FROM wanted ORDER BY number
      ON CONFLICT (webhook_id, number) DO UPDATE SET
        state = 'pending', tries = 0, done_at = NULL, again = d.lease IS NOT NULL,
        next_at = CASE WHEN d.lease IS NULL THEN excluded.next_at ELSE d.next_at END
    ), reached AS (
      SELECT CASE
        WHEN (SELECT count(*) FROM wanted) = room THEN coalesce((SELECT max(number) + 1 FROM wanted), next_number)
        WHEN (SELECT count(*) FROM scanned) < ${maxScanned} THEN until + 1
        ELSE (SELECT max(number) + 1 FROM scanned)
      END AS number
      FROM place
    )
    UPDATE webhook SET
      next_number = CASE WHEN number > place.replay_until THEN place.resume_number ELSE number END,
      replay_until = CASE WHEN number > place.replay_until THEN NULL ELSE place.replay_until END,
      resume_number = CASE WHEN number > place.replay_until THEN NULL ELSE place.resume_number END
    FROM place CROSS JOIN reached
    WHERE id = $1 AND number <> place.next_number
    RETURNING webhook.next_number <= (SELECT last_number FROM feed_state) AS is_behind`,
};

/**
 * Makes the first pending event of each ticket due, and lets the others wait: a replay has put earlier ones before them.
 * $1: the endpoint; $2: true to try again now what waits for its next attempt.
 */
export const orderDeliveries = {
  name: 'order_webhook_deliveries',
  text: `
    UPDATE webhook_delivery AS d SET next_at = CASE WHEN NOT is_first THEN NULL WHEN $2::boolean THEN now() ELSE coalesce(next_at, now()) END
    FROM (
      SELECT number, number = min(number) OVER (PARTITION BY ticket_id) AS is_first
      FROM webhook_delivery WHERE webhook_id = $1 AND state = 'pending'
    ) AS ordered
    WHERE d.webhook_id = $1 AND d.number = ordered.number AND lease IS NULL AND ($2 OR is_first = (next_at IS NULL))`,
};
