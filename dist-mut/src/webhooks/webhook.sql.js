import { columns } from '../api/dto.js';
import { WebhookDto } from './webhook.dto.js';
import { deliveryStates } from './webhook.entity.js';
/** The endpoints that may exist. */
export const maxWebhooks = 100;
const shown = columns(WebhookDto, 'webhook');
/**
 * Creates an endpoint that begins with the next event, unless there are too many. $1: the fields as JSON; $2: the sealed secret.
 */
export const insertWebhook = {
    name: 'insert_webhook',
    text: `
    INSERT INTO webhook (url, types, description, secret, next_number)
    SELECT fields.url, fields.types, fields.description, $2, last_number + 1
    FROM json_to_record($1) AS fields (url text, types text[], description text) CROSS JOIN feed_state
    WHERE (SELECT count(*) FROM webhook) < ${maxWebhooks}
    RETURNING ${shown}`,
};
/** $1: the id of the last endpoint of the page before; $2: the limit. */
export const listWebhooks = {
    name: 'list_webhooks',
    text: `SELECT ${shown} FROM webhook WHERE id > $1 ORDER BY id LIMIT $2`,
};
/** $1: the endpoint. */
export const findWebhook = { name: 'find_webhook', text: `SELECT ${shown} FROM webhook WHERE id = $1` };
/**
 * Changes the fields of an endpoint. One that had expired goes on with the first event that the feed has. $1: the endpoint; $2: a merge
 * patch.
 */
export const updateWebhook = {
    name: 'update_webhook',
    text: `
    WITH patch AS (
      SELECT fields, fields ->> 'url' AS url, fields ->> 'description' AS description, (fields ->> 'enabled')::boolean AS enabled,
        (SELECT array_agg(type) FROM jsonb_array_elements_text(nullif(fields -> 'types', 'null')) AS type) AS types
      FROM (SELECT $2::jsonb AS fields) AS given
    )
    UPDATE webhook SET
      url = coalesce(patch.url, webhook.url),
      description = CASE WHEN fields ? 'description' THEN patch.description ELSE webhook.description END,
      types = CASE WHEN fields ? 'types' THEN patch.types ELSE webhook.types END,
      enabled = coalesce(patch.enabled, webhook.enabled),
      disabled_reason = CASE
        WHEN coalesce(patch.enabled, webhook.enabled) THEN NULL
        WHEN webhook.enabled THEN 'requested'
        ELSE disabled_reason END,
      failing_since = CASE WHEN patch.enabled OR patch.url <> webhook.url THEN NULL ELSE failing_since END,
      next_number = CASE WHEN patch.enabled AND disabled_reason = 'expired'
        THEN greatest(next_number, floor_number + 1) ELSE next_number END
    FROM patch CROSS JOIN feed_state WHERE id = $1
    RETURNING ${shown}`,
};
/** Gives up the deliveries of an endpoint whose events the feed no longer has. $1: the endpoint. */
export const failExpiredDeliveries = {
    name: 'fail_expired_webhook_deliveries',
    text: `
    UPDATE webhook_delivery SET state = 'failed', lease = NULL, next_at = NULL, done_at = now()
    WHERE webhook_id = $1 AND state = 'pending' AND number <= (SELECT floor_number FROM feed_state)`,
};
/** $1: the endpoint. */
export const deleteWebhook = {
    name: 'delete_webhook',
    text: `DELETE FROM webhook WHERE id = $1 RETURNING id`,
};
/** Replaces the secret; the old one signs too for 24 hours. $1: the endpoint; $2: the new one, sealed. */
export const rotateSecret = {
    name: 'rotate_webhook_secret',
    text: `
    UPDATE webhook SET secret = $2, previous_secret = secret, previous_secret_until = now() + interval '24 hours'
    WHERE id = $1 RETURNING ${shown}`,
};
const live = 'coalesce(resume_number, next_number)';
const last = `least(coalesce($3::bigint, ${live} - 1), ${live} - 1)`;
/**
 * Moves the place of an endpoint back, and remembers where it goes on after the replay. A replay that is under way is extended. $1: the
 * endpoint; $2: the number before the first event; $3: that of the last one, or null.
 */
export const replayWebhook = {
    name: 'replay_webhook',
    text: `
    UPDATE webhook SET next_number = least(next_number, $2::bigint + 1), replay_until = greatest(replay_until, ${last}),
      resume_number = ${live}
    WHERE id = $1 AND $2::bigint < ${last}`,
};
/** Reads the sealed secrets of all endpoints, or of the endpoint $1. */
export const selectSecrets = {
    name: 'select_webhook_secrets',
    text: `
    SELECT id, url, secret, CASE WHEN previous_secret_until > now() THEN previous_secret END AS previous_secret
    FROM webhook WHERE $1::bigint IS NULL OR id = $1`,
};
/** Replaces a sealed secret wherever it still stands. $1: the endpoint; $2: the old text; $3: the new one. */
export const resealSecret = {
    name: 'reseal_webhook_secret',
    text: `
    UPDATE webhook SET secret = CASE secret WHEN $2 THEN $3 ELSE secret END,
      previous_secret = CASE previous_secret WHEN $2 THEN $3 ELSE previous_secret END
    WHERE id = $1 AND $2 IN (secret, previous_secret)`,
};
/** Returns the statement that lists deliveries, newest first. $1: the endpoint; $2: the number before which they are; $3: the limit. */
const list = (state) => ({
    name: `list_webhook_deliveries_${state ?? 'all'}`,
    text: `
    SELECT number, tag, type, event.ticket_id, version, actor, at, data, state, attempts,
      CASE WHEN lease IS NULL THEN next_at END AS next_attempt_at
    FROM webhook_delivery JOIN event USING (number)
    WHERE webhook_id = $1 AND number < $2 ${state === undefined ? '' : `AND state = '${state}'`}
    ORDER BY number DESC LIMIT $3`,
});
/** The statements that list deliveries, by state. */
export const listDeliveries = new Map([undefined, ...deliveryStates].map((state) => [state, list(state)]));
/** The number of the first event that an endpoint still needs. */
const firstNeeded = `
  least(next_number, (
    SELECT min(number) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending'))`;
/** Reads the number of the first event that any endpoint still needs. An endpoint that has expired needs none. */
export const selectFirstNeeded = {
    name: 'select_first_needed_by_webhooks',
    text: `SELECT min(${firstNeeded}) AS number FROM webhook WHERE disabled_reason IS DISTINCT FROM 'expired'`,
};
/** Disables the endpoints that need events which the feed no longer has. */
export const expireWebhooks = {
    name: 'expire_webhooks',
    text: `
    UPDATE webhook SET enabled = false, disabled_reason = 'expired' FROM feed_state
    WHERE disabled_reason IS DISTINCT FROM 'expired' AND ${firstNeeded} <= floor_number
    RETURNING id`,
};
/** The rows that one statement deletes. */
export const sweepSize = 1_000;
/** Deletes some deliveries that succeeded more than a day ago, that failed more than 30 days ago, or whose endpoint was deleted. */
export const sweepDeliveries = {
    name: 'sweep_webhook_deliveries',
    text: `
    WITH old AS (
      (SELECT webhook_id, number FROM webhook_delivery
        WHERE state = 'delivered' AND done_at < now() - interval '1 day' ORDER BY done_at LIMIT ${sweepSize})
      UNION ALL
      (SELECT webhook_id, number FROM webhook_delivery
        WHERE state = 'failed' AND done_at < now() - interval '30 days' LIMIT ${sweepSize})
      UNION ALL
      (SELECT webhook_id, number FROM webhook_delivery
        WHERE NOT EXISTS (SELECT 1 FROM webhook WHERE id = webhook_id) LIMIT ${sweepSize})
    )
    DELETE FROM webhook_delivery USING old
    WHERE webhook_delivery.webhook_id = old.webhook_id AND webhook_delivery.number = old.number
    RETURNING 1`,
};
/** Reads how far behind each endpoint is. */
export const selectStates = {
    name: 'select_webhook_states',
    text: `
    SELECT webhook.id, disabled_reason, (count + greatest(0, last_number - next_number + 1))::float8 AS undelivered,
      coalesce((
        SELECT extract(epoch FROM now() - at) FROM event
        WHERE number BETWEEN least(first, next_number) AND last_number ORDER BY number LIMIT 1
      ), 0)::float8 AS oldest_seconds
    FROM webhook CROSS JOIN feed_state CROSS JOIN LATERAL (
      SELECT count(*), min(number) AS first FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'pending'
    ) AS pending`,
};
//# sourceMappingURL=webhook.sql.js.map