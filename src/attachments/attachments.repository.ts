import { Injectable } from '@nestjs/common';

import { visibleTo, type Reader } from '../api/audience.js';
import type { WriteContext } from '../api/write-context.js';
import { Database, type Transaction } from '../database/database.js';
import { isForeignKeyViolation } from '../database/database-errors.js';
import { Replicas } from '../database/replicas.js';
import { notFound, ticketWrite, writeResults } from '../tickets/ticket-write.sql.js';
import type { WriteResult, WriteRow } from '../tickets/ticket-write.sql.js';
import type { TicketStatus } from '../tickets/ticket.entity.js';
import type { TicketSnapshot } from '../tickets/transition-policy.js';
import type { AttachmentDto, AttachmentParams, CreateAttachmentDto } from './attachment.dto.js';
import type { Attachment, AttachmentState } from './attachment.entity.js';
import { completeAttachment, insertAttachment, listAttachments } from './attachment.sql.js';
import { removeAttachment, selectAttachment } from './attachment.sql.js';
import { batchSize, claimDeletions, finishDeletions, noteSealing } from './attachment-deletion.sql.js';
import { sweepPending } from './attachment-deletion.sql.js';

/** The result of a creation: the ticket, whether the comment is one of it, and the attachment if it was created. */
interface Creation {
  found: TicketSnapshot | undefined;
  isCommentValid: boolean;
  created: Attachment | undefined;
}

type CreationRow = { found_status: TicketStatus; found_version: number; is_comment_valid: boolean } & (
  Attachment | Record<keyof Attachment, null>
);

const writes = { complete: completeAttachment, remove: removeAttachment };

/** Runs the statements on attachments. */
@Injectable()
export class AttachmentsRepository {
  constructor(
    private readonly database: Database,
    private readonly replicas: Replicas,
  ) {}

  /** Creates a pending attachment if the ticket is in one of `statuses`; in a transaction if there is one. */
  async create(
    ticketId: number,
    fields: CreateAttachmentDto,
    options: { statuses: readonly TicketStatus[]; uploadKey: string; reader: Reader },
    on: Transaction = this.database,
  ): Promise<Creation> {
    const { statuses, uploadKey, reader } = options;
    const visible = visibleTo(reader.audience);
    const values = [JSON.stringify(fields), ticketId, statuses, uploadKey, visible, reader.email];
    const [row] = await on.run<CreationRow>(insertAttachment, values).catch(noneIfTicketIsGone);
    if (!row) return { found: undefined, isCommentValid: true, created: undefined };
    const {
      found_status: status,
      found_version: version,
      is_comment_valid: isCommentValid,
      ...created
    } = row;
    return { found: { status, version }, isCommentValid, created: created.id === null ? undefined : created };
  }

  /**
   * Completes or removes an attachment if the ticket is in one of `statuses`, and in one of the context's versions.
   * @param item.storedKey the key of the checked bytes, for a completion
   */
  async write(
    kind: keyof typeof writes,
    { path, storedKey }: { path: AttachmentParams; storedKey?: string },
    statuses: readonly TicketStatus[],
    context: WriteContext,
    on: Transaction = this.database,
  ): Promise<WriteResult<Attachment>> {
    const item = ticketWrite(path.ticket_id, statuses, context);
    const json = JSON.stringify([{ ...item, attachment_id: path.attachment_id, stored_key: storedKey }]);
    const rows = await on.run<WriteRow<Attachment>>(writes[kind], [json]);
    return writeResults([item], rows)[0] ?? notFound;
  }

  /** Returns an attachment from the primary, so that a client that has just created it finds it. */
  async find(path: AttachmentParams, { audience, email }: Reader): Promise<Attachment | undefined> {
    const values = [path.ticket_id, visibleTo(audience), path.attachment_id, email];
    const [attachment] = await this.database.run<Attachment>(selectAttachment, values);
    return attachment;
  }

  /** Returns the attachments of a ticket after the one with the id `after`; undefined if the ticket does not exist. */
  async list(
    ticketId: number,
    { audience, email }: Reader,
    { state, after, limit }: { state: readonly AttachmentState[]; after: number; limit: number },
  ): Promise<AttachmentDto[] | undefined> {
    const values = [ticketId, visibleTo(audience), state, after, limit, email];
    const rows = await this.replicas.run<AttachmentDto | Record<keyof AttachmentDto, null>>(
      listAttachments,
      values,
    );
    return rows.length === 0 ? undefined : rows.filter((row): row is AttachmentDto => row.id !== null);
  }

  /** Notes the key of bytes that are about to be written. Without a completion within the hour, they are deleted. */
  async noteSealing(key: string): Promise<void> {
    await this.database.run(noteSealing, [key]);
  }

  /** Deletes some attachments that were not completed in time; returns whether there may be more. */
  async sweep(): Promise<boolean> {
    return (await this.database.run(sweepPending, [])).length === batchSize;
  }

  /** Claims keys whose bytes are to be deleted, for ten minutes. */
  async claimDeletions(): Promise<string[]> {
    const rows = await this.database.run<{ key: string }>(claimDeletions, []);
    return rows.map(({ key }) => key);
  }

  /** Forgets keys whose bytes were deleted. */
  async finishDeletions(keys: string[]): Promise<void> {
    await this.database.run(finishDeletions, [keys]);
  }
}

/** The ticket was deleted while the insertion waited for its lock. */
function noneIfTicketIsGone(error: unknown): never[] {
  if (!isForeignKeyViolation(error)) throw error;
  return [];
}
