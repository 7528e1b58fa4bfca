import { columns } from '../api/dto.js';
import { sameAddress } from '../database/addresses.sql.js';
import { recordEvent } from '../events/record-event.sql.js';
import { AcceptedErasureDto, ErasureDto } from './erasure.dto.js';
import { batchSize } from './privacy.sql.js';

/** $1: the address; $2: the mode; $3: the actor. */
export const insertErasure = {
  name: 'insert_erasure',
  text: `INSERT INTO erasure (email, mode, actor) VALUES ($1, $2, $3) RETURNING ${columns(AcceptedErasureDto)}`,
};

/** $1: the id. */
export const selectErasure = {
  name: 'select_erasure',
  text: `SELECT ${columns(ErasureDto)} FROM erasure WHERE id = $1`,
};

/**
 * Locks the erasure that was tried longest ago, of those that no other replica works on. $1: the seconds after which a cache entry has
 * expired.
 */
export const takeErasure = {
  name: 'take_erasure',
  text: `
    UPDATE erasure SET state = 'running', tried_at = clock_timestamp()
    WHERE id = (SELECT id FROM erasure WHERE state <> 'done' ORDER BY tried_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, email, mode, actor, worked_at < clock_timestamp() - make_interval(secs => $1) AS is_cache_expired`,
};

/** $1: the id of the erasure; $2, $3: the tickets and comments of a batch. */
export const countErased = {
  name: 'count_erased',
  text: `UPDATE erasure SET tickets = tickets + $2, comments = comments + $3, worked_at = clock_timestamp() WHERE id = $1`,
};

/** Puts an erasure whose batch failed behind the others. $1: its id. */
export const failErasure = {
  name: 'fail_erasure',
  text: `UPDATE erasure SET state = 'failed', tried_at = clock_timestamp() WHERE id = $1 AND state <> 'done'`,
};

/** Locks tickets of the address $1. */
export const lockTicketsOf = {
  name: 'lock_tickets_of_address',
  text: `
    SELECT id FROM ticket WHERE ${sameAddress('email', '$1')} ORDER BY id LIMIT ${batchSize} FOR UPDATE`,
};

/** Locks tickets with comments of the address $1. */
export const lockCommentedBy = {
  name: 'lock_tickets_commented_by_address',
  text: `
    SELECT id FROM ticket
    WHERE id IN (SELECT ticket_id FROM comment WHERE lower(email) = lower($1) ORDER BY ticket_id LIMIT ${batchSize})
    ORDER BY id FOR UPDATE`,
};

/** Erases stored answers with the address $1 that are left: a ticket had it before it was changed. */
export const eraseAnswersTo = {
  name: 'erase_answers_to_address',
  text: `UPDATE idempotency_key SET answer = NULL WHERE lower(answer->>'email') = lower($1)`,
};

/** The events after which the cache has to forget a ticket. While one has no number, that is not certain. */
export const selectUnnumberedErasure = {
  name: 'select_unnumbered_erasure',
  text: `
    SELECT id FROM event
    WHERE number IS NULL AND type IN ('ticket.redacted', 'comment.redacted', 'ticket.deleted') LIMIT 1`,
};

/** Ends an erasure and forgets its address, if nothing of the address has come meanwhile. $1: its id. */
export const finishErasure = {
  name: 'finish_erasure',
  text: `
    WITH done AS (
      UPDATE erasure SET state = 'done', email = NULL, finished_at = clock_timestamp()
      WHERE id = $1 AND state <> 'done'
        AND NOT EXISTS (SELECT FROM ticket WHERE lower(ticket.email) = lower(erasure.email))
        AND NOT EXISTS (SELECT FROM comment WHERE lower(comment.email) = lower(erasure.email))
      RETURNING id, mode, actor
    ), ${recordEvent(`'requester.erased'`, 'done', {
      ...{ id: 'NULL::bigint', version: 'NULL::integer', actor: 'actor' },
      data: `json_build_object('erasure_id', id, 'mode', mode)`,
    })}
    SELECT id FROM done`,
};

/** Locks tickets that were closed more than $1 days ago. Ones that are locked are left for later. */
export const lockExpired = {
  name: 'lock_expired_tickets',
  text: `
    SELECT id FROM ticket WHERE closed_at < now() - make_interval(days => $1)
    ORDER BY closed_at, id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
};
