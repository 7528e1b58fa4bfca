import { uploadLifeHours } from './attachment-store.js';

/** The time that a process has to delete the bytes that it has claimed, and until the next attempt after a failure. */
export const leaseMinutes = 10;

/** Uploads can begin until their URL expires, and take an hour at most. */
export const finalUpload = (table: string) => `${table}.created_at + interval '${uploadLifeHours + 1} hours'`;

/**
 * Returns the CTE that notes the bytes of attachments for deletion. A job deletes them, even if the store does not respond now. The
 * upload key is deleted again when no upload can write it any more.
 * @param from the CTE that has deleted the attachments; it must return all their columns
 */
export const noteBytes = (from: string) => `
  noted_bytes AS (
    INSERT INTO attachment_deletion (key, due_at, final_at)
    SELECT bytes.key, now(), bytes.final_at
    FROM ${from} AS gone, LATERAL (VALUES (gone.upload_key, ${finalUpload('gone')}), (gone.stored_key, now())) AS bytes (key, final_at)
    WHERE bytes.key IS NOT NULL
    ON CONFLICT (key) DO UPDATE SET due_at = now(), final_at = greatest(attachment_deletion.final_at, excluded.final_at)
  )`;

/**
 * Returns the CTEs that delete attachments together with their tickets or by erasure: the rows now, and the bytes by a job.
 * `deleted_attachments` has the rows.
 * @public
 * @param condition selects the rows of attachment, such as `ticket_id = ANY ($1)`
 */
export const deleteAttachments = (condition: string) => `
  deleted_attachments AS (DELETE FROM attachment WHERE ${condition} RETURNING attachment.*),
  ${noteBytes('deleted_attachments')}`;

/** Attachments and keys that one statement takes. */
export const batchSize = 100;

/** Deletes attachments that were not completed in time. */
export const sweepPending = {
  name: 'sweep_pending_attachments',
  text: `
    WITH expired AS (
      SELECT ticket_id, id FROM attachment
      WHERE state = 'pending' AND created_at < now() - interval '${uploadLifeHours} hours'
      ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    ), ${deleteAttachments('(ticket_id, id) IN (SELECT ticket_id, id FROM expired)')}
    SELECT id FROM deleted_attachments`,
};

/** Notes a key for deletion before its bytes are written, so that no crash leaves bytes without a row. $1: the key. */
export const noteSealing = {
  name: 'note_sealing',
  text: `
    INSERT INTO attachment_deletion (key, due_at, final_at)
    VALUES ($1, now() + interval '1 hour', now() + interval '1 hour')`,
};

/** Claims keys whose bytes are to be deleted. A process that dies lets others claim them later. */
export const claimDeletions = {
  name: 'claim_attachment_deletions',
  text: `
    UPDATE attachment_deletion SET due_at = now() + interval '${leaseMinutes} minutes'
    WHERE key IN (
      SELECT key FROM attachment_deletion WHERE due_at <= now()
      ORDER BY due_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    ) RETURNING key`,
};

/** Forgets keys whose bytes were deleted, or notes their final deletion. $1: the keys. */
export const finishDeletions = {
  name: 'finish_attachment_deletions',
  text: `
    WITH finished AS (DELETE FROM attachment_deletion WHERE key = ANY ($1::uuid[]) AND final_at <= now())
    UPDATE attachment_deletion SET due_at = final_at WHERE key = ANY ($1::uuid[]) AND final_at > now()`,
};
