import { columns, typedColumns } from '../api/dto.js';
import { isVisibleTo } from '../database/addresses.sql.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { isAllowed, lockTickets } from '../tickets/ticket-write.sql.js';
import { finalUpload, leaseMinutes, noteBytes } from './attachment-deletion.sql.js';
import { AttachmentDto, CreateAttachmentDto } from './attachment.dto.js';

/** A row has the keys in the store too. */
const rowColumns = (table: string) =>
  `${columns(AttachmentDto, table)}, ${table}.upload_key, ${table}.stored_key`;

/**
 * The condition that a reader may see an attachment: an internal one is for the team, and so is one of the team that is not complete.
 * @param visible the parameter with the visibilities
 * @param requester the parameter with the address of a requester, or null for the team
 */
const isShown = (visible: string, requester: string) => `
  attachment.visibility = ANY (${visible}::attachment_visibility[])
    AND (${requester}::text IS NULL OR attachment.state = 'complete' OR attachment.author = 'requester')`;

/**
 * $1: the fields as JSON; $2: the id of the ticket; $3: the statuses that allow it; $4: the upload key; $5: the visibilities, also of the
 * comment; $6: the address of a requester, or null.
 */
export const insertAttachment = {
  name: 'insert_attachment',
  text: `
    WITH item AS (
      SELECT fields.*, comment.visibility AS of_comment, fields.comment_id IS NULL OR comment.id IS NOT NULL AS is_valid
      FROM json_to_record($1) AS fields (${typedColumns(CreateAttachmentDto)})
        LEFT JOIN comment ON comment.ticket_id = $2 AND comment.id = fields.comment_id
          AND comment.visibility = ANY ($5::comment_visibility[])
    ), found AS (
      SELECT ticket.status, ticket.version, item.* FROM ticket, item WHERE ticket.id = $2 AND ${isVisibleTo('$6')}
    ), added AS (
      INSERT INTO attachment (ticket_id, upload_key, author, ${columns(CreateAttachmentDto)})
      SELECT $2, $4::uuid, CASE WHEN $6::text IS NULL THEN 'team' ELSE 'requester' END::attachment_author, name, content_type, size, sha256,
        CASE WHEN of_comment = 'internal' THEN 'internal' ELSE coalesce(visibility, 'public') END, comment_id
      FROM found WHERE is_valid AND status = ANY ($3::ticket_status[])
      RETURNING *
    )
    SELECT found.status AS found_status, found.version AS found_version, found.is_valid AS is_comment_valid, ${rowColumns('added')}
    FROM found LEFT JOIN added ON true`,
};

/** The attachment that a write is about: the columns of the items of `lockTickets` besides those of TicketWrite. */
const ofWrite = 'attachment_id bigint, stored_key uuid';

/** A requester completes and removes only what requesters have added, which is public. */
const ifAllowed = `
  attachment.ticket_id = locked.id AND attachment.id = items.attachment_id AND ${isAllowed}
    AND (items.requester IS NULL OR attachment.author = 'requester')`;

const raiseVersion = (from: string) => `
  updated AS (
    UPDATE ticket SET version = version + 1, updated_at = greatest(updated_at, clock_timestamp())
    FROM ${from} WHERE ticket.id = ${from}.ticket_id AND ${from}.state = 'complete'
    RETURNING ticket.id, ticket.version
  )`;

const record = (type: 'attachment.added' | 'attachment.removed', from: string) =>
  recordEvent(
    `'${type}'`,
    `updated JOIN ${from} ON ${from}.ticket_id = updated.id JOIN items ON items.id = updated.id`,
    {
      id: 'updated.id',
      version: 'updated.version',
      actor: 'items.actor',
      requester: 'items.requester',
      data: `json_build_object('attachment_id', ${from}.id, 'visibility', ${from}.visibility)`,
    },
  );

const result = (from: string) => `
    SELECT locked.id AS found_id, locked.status AS found_status, locked.version AS found_version, ${rowColumns(from)}, ${stateReport}
    FROM locked LEFT JOIN ${from} ON ${from}.ticket_id = locked.id`;

/**
 * Completes a pending attachment, and raises the version of its ticket. The sealed bytes have been noted for deletion before they were
 * written. The note must not be due soon: a process that was frozen for long could otherwise complete an attachment whose bytes a
 * job is deleting. $1: a JSON list of one TicketWrite, with the attachment and the key of its sealed bytes.
 */
export const completeAttachment = {
  name: 'complete_attachment',
  text: `
    WITH ${lockTickets(ofWrite, 'wait')}, completed AS (
      UPDATE attachment SET state = 'complete', stored_key = items.stored_key, completed_at = clock_timestamp()
      FROM locked JOIN items USING (id)
      WHERE ${ifAllowed} AND attachment.state = 'pending' AND EXISTS (
        SELECT FROM attachment_deletion
        WHERE key = items.stored_key AND due_at > now() + interval '${2 * leaseMinutes} minutes'
      )
      RETURNING attachment.*
    ), kept_bytes AS (
      DELETE FROM attachment_deletion USING completed WHERE key = completed.stored_key
    ), noted_upload AS (
      INSERT INTO attachment_deletion (key, due_at, final_at)
      SELECT upload_key, now() + interval '${leaseMinutes} minutes', ${finalUpload('completed')} FROM completed
    ), ${raiseVersion('completed')}, ${record('attachment.added', 'completed')}
    ${result('completed')}`,
};

/** Removes an attachment. A pending one was never shown as part of the ticket, so its removal is no change of the ticket. */
export const removeAttachment = {
  name: 'remove_attachment',
  text: `
    WITH ${lockTickets(ofWrite, 'wait')}, removed AS (
      DELETE FROM attachment USING locked JOIN items USING (id) WHERE ${ifAllowed} RETURNING attachment.*
    ), ${noteBytes('removed')}, ${raiseVersion('removed')}, ${record('attachment.removed', 'removed')}
    ${result('removed')}`,
};

/** $1: the id of the ticket; $2: the visibilities; $3: the id of the attachment; $4: the address of a requester, or null. */
export const selectAttachment = {
  name: 'select_attachment',
  text: `
    SELECT ${rowColumns('attachment')} FROM attachment JOIN ticket ON ticket.id = ticket_id
    WHERE ticket_id = $1 AND attachment.id = $3 AND ${isShown('$2', '$4')} AND ${isVisibleTo('$4')}`,
};

/**
 * $1: the id of the ticket; $2: the visibilities; $3: the states; $4: the id of the last one of the page before; $5: the limit; $6: the
 * address of a requester, or null.
 */
export const listAttachments = {
  name: 'list_attachments',
  text: `
    SELECT page.*
    FROM ticket LEFT JOIN LATERAL (
      SELECT ${columns(AttachmentDto, 'attachment')} FROM attachment
      WHERE ticket_id = ticket.id AND id > $4 AND ${isShown('$2', '$6')} AND state = ANY ($3::attachment_state[])
      ORDER BY id LIMIT $5
    ) AS page ON true
    WHERE ticket.id = $1 AND ${isVisibleTo('$6')}
    ORDER BY page.id`,
};
