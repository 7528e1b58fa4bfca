import { deleteAttachments } from '../attachments/attachment-deletion.sql.js';
import { recordEvent } from '../events/record-event.sql.js';
import { eraseAnswers } from '../idempotency/idempotency.sql.js';
import { forgetWords, isOfTicketItself } from '../tickets/search/search-text.sql.js';

/** The tickets that one transaction takes, so that no writer waits long for it. */
export const batchSize = 100;

/** What stands in place of erased and of redacted texts. Erased addresses are replaced by it too. */
const erased = '[erased]';
const redacted = '[redacted]';

/**
 * Locks the endpoints of webhooks in their order, as their dispatchers do before they record attempts. So the deliveries of a batch can be
 * changed without a deadlock.
 */
export const lockWebhooks = { name: 'lock_webhooks', text: `SELECT id FROM webhook ORDER BY id FOR UPDATE` };

/**
 * Returns the CTEs that erase what is kept elsewhere about tickets: stored answers of Idempotency-Keys, and the answers of receivers of
 * webhooks. An attempt in progress loses its lease, so that its answer is not recorded; its event is sent again.
 *
 * The statement must run after the one that has locked the tickets: only then its snapshot shows what writers before it have stored.
 */
const eraseCopies = (ids: string) => `
  ${eraseAnswers(ids)},
  erased_attempts AS (
    UPDATE webhook_delivery
    SET lease = NULL, attempts = coalesce((
      SELECT json_agg(value::jsonb || '{"answer": null}') FROM json_array_elements(attempts)), '[]')
    WHERE ticket_id = ANY (${ids}::bigint[]) AND (lease IS NOT NULL OR json_array_length(attempts) > 0)
  )`;

/** Returns the CTE `updated` that gives each ticket of a CTE a new version; `set` begins with what else changes. */
const raiseVersion = (set: string, from: string, columns = '') => `
  updated AS (
    UPDATE ticket SET ${set} version = ticket.version + 1, updated_at = greatest(updated_at, clock_timestamp())
    FROM ${from} WHERE ticket.id = ${from}.ticket_id
    RETURNING ticket.id, ticket.version ${columns}
  )`;

const record = (type: string, data: string, from = 'updated', version = 'version') =>
  recordEvent(`'${type}'`, from, { id: 'id', version, actor: '$2', data });

/** Deletes locked tickets with all that belongs to them. $1: the ids; $2: the actor; $3: the reason. */
export const deleteTickets = {
  name: 'delete_tickets',
  text: `
    WITH ${eraseCopies('$1')}, ${deleteAttachments('ticket_id = ANY ($1::bigint[])')},
    deleted_comments AS (DELETE FROM comment WHERE ticket_id = ANY ($1::bigint[])),
    deleted AS (DELETE FROM ticket WHERE id = ANY ($1::bigint[]) RETURNING id, version + 1 AS version),
    ${record('ticket.deleted', `json_build_object('reason', $3::text)`, 'deleted')}
    SELECT count(*)::integer AS tickets, 0 AS comments FROM deleted`,
};

/** Erases the texts of locked tickets and of all comments on them. $1: the ids; $2: the actor. */
export const eraseTickets = {
  name: 'erase_tickets',
  text: `
    WITH ${eraseCopies('$1')}, ${deleteAttachments('ticket_id = ANY ($1::bigint[])')},
    ${forgetWords('ticket_id = ANY ($1::bigint[])')}, erased_comments AS (
      UPDATE comment SET text = '${erased}', email = '${erased}', redacted_at = coalesce(redacted_at, clock_timestamp())
      WHERE ticket_id = ANY ($1::bigint[])
    ), chosen AS (SELECT unnest($1::bigint[]) AS ticket_id),
    ${raiseVersion(`theme = '${erased}', text = '${erased}', email = '${erased}', external_id = NULL, metadata = '{}',`, 'chosen')},
    ${record('ticket.redacted', `json_build_object('reason', 'erased')`)}
    SELECT count(*)::integer AS tickets, 0 AS comments FROM updated`,
};

/**
 * Erases the comments of an address on locked tickets of others, with their attachments. An event is about comments of one visibility, so
 * public ones come first, and internal ones in the next batch. $1: the ids of the tickets; $2: the actor; $3: the address.
 */
export const eraseComments = {
  name: 'erase_comments',
  text: `
    WITH chosen AS MATERIALIZED (
      SELECT ticket_id, id, visibility FROM (
        SELECT *, min(visibility) OVER (PARTITION BY ticket_id) AS first FROM comment
        WHERE ticket_id = ANY ($1::bigint[]) AND lower(email) = lower($3)
      ) AS found WHERE visibility = first
    ), ${eraseCopies('$1')},
    ${deleteAttachments('(ticket_id, comment_id) IN (SELECT ticket_id, id FROM chosen)')},
    ${forgetWords('(ticket_id, source) IN (SELECT ticket_id, id FROM chosen)')},
    erased_comments AS (
      UPDATE comment SET text = '${erased}', email = '${erased}', redacted_at = coalesce(redacted_at, clock_timestamp())
      FROM chosen WHERE comment.ticket_id = chosen.ticket_id AND comment.id = chosen.id
    ), changed AS (
      SELECT ticket_id, visibility, json_agg(id ORDER BY id) AS comment_ids FROM chosen GROUP BY ticket_id, visibility
    ), ${raiseVersion('', 'changed', ', comment_ids, visibility')},
    ${record('comment.redacted', `json_build_object('comment_ids', comment_ids, 'visibility', visibility)`)}
    SELECT 0 AS tickets, count(*)::integer AS comments FROM chosen`,
};

/** Locks a ticket for its redaction, or for that of a comment. $1: the id. */
export const lockTicket = {
  name: 'lock_ticket_for_redaction',
  text: `SELECT status, version FROM ticket WHERE id = $1 FOR NO KEY UPDATE`,
};

/** Redacts the theme and the text of a locked ticket; one that is redacted already keeps its version. $1: the ids; $2: the actor. */
export const redactTicket = {
  name: 'redact_ticket',
  text: `
    WITH ${eraseCopies('$1')}, ${forgetWords(`ticket_id = ANY ($1::bigint[]) AND ${isOfTicketItself}`)}, chosen AS (
      SELECT id AS ticket_id FROM ticket
      WHERE id = ANY ($1::bigint[]) AND (theme, text) IS DISTINCT FROM ('${redacted}', '${redacted}')
    ), ${raiseVersion(`theme = '${redacted}', text = '${redacted}',`, 'chosen')},
    ${record('ticket.redacted', `json_build_object('reason', 'redacted')`)}
    SELECT FROM updated`,
};

/** Redacts a comment on a locked ticket; one that is redacted already makes no version. $1: the ids of the ticket; $2: the actor; $3: the comment. */
export const redactComment = {
  name: 'redact_comment',
  text: `
    WITH ${eraseCopies('$1')}, ${forgetWords('ticket_id = ANY ($1::bigint[]) AND source = $3')}, changed AS (
      UPDATE comment SET text = '${redacted}', redacted_at = clock_timestamp()
      WHERE ticket_id = ANY ($1::bigint[]) AND id = $3 AND redacted_at IS NULL
      RETURNING ticket_id, id AS comment_id, visibility
    ), ${raiseVersion('', 'changed', ', comment_id, visibility')},
    ${record('comment.redacted', `json_build_object('comment_ids', json_build_array(comment_id), 'visibility', visibility)`)}
    SELECT FROM updated`,
};
