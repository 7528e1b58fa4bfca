/** The retention of a key, as a PostgreSQL interval. */
const retention = '24 hours';

/** Claims a key, and returns it if it was new. $1: the key; $2: the fingerprint of its request. */
export const claimKey = {
  name: 'claim_idempotency_key',
  // A key that another request is using makes this one wait. A key that is older than the retention counts as new.
  text: `
    INSERT INTO idempotency_key AS stored (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()
    WHERE stored.created_at < now() - interval '${retention}'
    RETURNING key`,
};

/** Reads the stored response of a key. $1: the key. */
export const findKey = {
  name: 'recall_idempotency_key',
  text: `SELECT fingerprint, answer FROM idempotency_key WHERE key = $1`,
};

/** $1: the key; $2: the response. */
export const saveResponse = {
  name: 'keep_idempotency_key',
  text: `UPDATE idempotency_key SET answer = $2 WHERE key = $1`,
};

/** The keys that one statement deletes, so that no statement takes long. */
export const batchSize = 1_000;

/** Deletes some old keys. */
export const sweepKeys = {
  name: 'sweep_idempotency_keys',
  // A key that a request holds is left for later.
  text: `
    DELETE FROM idempotency_key WHERE key IN (
      SELECT key FROM idempotency_key WHERE created_at < now() - interval '${retention}'
      ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    ) RETURNING key`,
};

/** The id of the ticket that a stored response is about, as text: that of a ticket, or of a comment or an attachment on it. */
const ticketOfAnswer = `(CASE WHEN answer->'theme' IS NOT NULL THEN answer->>'id' ELSE answer->>'ticket_id' END)`;

/**
 * Returns the CTE that erases the stored responses about tickets. The keys stay, so that a repeated request does nothing.
 * @param ids the array of the ids
 */
export const eraseAnswers = (ids: string) => `
  erased_answers AS (UPDATE idempotency_key SET answer = NULL WHERE ${ticketOfAnswer} = ANY (${ids}::text[]))`;
