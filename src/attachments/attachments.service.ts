import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { Reader } from '../api/audience.js';
import { Cursors } from '../api/cursors.js';
import { cutPage, type Page } from '../api/pagination.js';
import { InvalidRequest } from '../api/problem.js';
import type { WriteContext } from '../api/write-context.js';
import { Environment } from '../config/environment.js';
import { IdempotencyService, type IdempotentResult, type Run } from '../idempotency/idempotency.service.js';
import { assertOfRequester, assertRequesterMay } from '../tickets/requester-policy.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
import { TicketWriter } from '../tickets/ticket-writer.js';
import { TransitionPolicy } from '../tickets/transition-policy.js';
import { AttachmentStore } from './attachment-store.js';
import { attachmentList, type AttachmentDto, type AttachmentParams } from './attachment.dto.js';
import type { CreateAttachmentDto, CreatedAttachmentDto, DownloadDto } from './attachment.dto.js';
import type { ListAttachmentsQuery } from './attachment.dto.js';
import { attachmentStates, type Attachment } from './attachment.entity.js';
import { AttachmentNotFound, AttachmentPending, StoreUnavailable } from './attachment.errors.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { UploadVerifier } from './upload-verifier.js';

/** Creates, completes, reads, lists and removes attachments. */
@Injectable()
export class AttachmentsService {
  constructor(
    private readonly repository: AttachmentsRepository,
    private readonly store: AttachmentStore,
    private readonly verifier: UploadVerifier,
    private readonly policy: TransitionPolicy,
    private readonly idempotency: IdempotencyService,
    private readonly writer: TicketWriter,
    private readonly cursors: Cursors,
    private readonly environment: Environment,
  ) {}

  /** Creates a pending attachment, once for each idempotency key of an actor; throws TicketNotFound, TicketClosed or Problem 403. */
  async create(
    ticketId: number,
    fields: CreateAttachmentDto,
    context: WriteContext,
  ): Promise<IdempotentResult<CreatedAttachmentDto>> {
    assertRequesterMay('attach', fields, context.reader);
    const { ATTACHMENTS_MAX_BYTES: most } = this.environment;
    if (fields.size > most)
      throw new InvalidRequest([{ field: 'size', message: `must be at most ${most}, in bytes` }]);
    const { reader } = context;
    const options = { statuses: this.policy.commentable(), uploadKey: randomUUID(), reader };
    const request = ['create attachment', ticketId, fields];
    const { result, replayed } = await this.idempotency.create(context, request, async ({ transaction }) => {
      const creation = await this.repository.create(ticketId, fields, options, transaction);
      const { found, isCommentValid, created } = creation;
      if (created) return created;
      // A creation changes no version, so If-Match does not apply to it.
      const unconditional = { ...context, versions: undefined };
      if (!found || isCommentValid) throw this.policy.rejection(ticketId, found, unconditional);
      const message = `must be the id of a comment on ticket ${ticketId}`;
      throw new InvalidRequest([{ field: 'comment_id', message }]);
    });
    const upload = await this.store.uploadRequest(result, context.actor);
    return { result: { ...toDto(result), upload }, replayed };
  }

  /**
   * Completes an attachment whose bytes were uploaded. Throws AttachmentNotFound, UploadInvalid, VersionMismatch or TicketClosed. A complete
   * attachment is returned as it is.
   */
  async complete(path: AttachmentParams, context: WriteContext): Promise<IdempotentResult<AttachmentDto>> {
    const { reader } = context;
    const attachment = await this.require(path, reader);
    const storedKey = attachment.state === 'pending' ? await this.seal(attachment, reader) : undefined;
    const request = ['complete attachment', path];
    return this.writer.run(path.ticket_id, request, context, async (run) => {
      // Complete already, maybe by another request meanwhile.
      if (storedKey === undefined) return toDto(await this.require(path, reader));
      const completed = await this.write('complete', { path, storedKey }, context, run);
      if (completed) return completed;
      const { state, ...current } = await this.require(path, reader);
      if (state === 'complete') return toDto({ ...current, state });
      throw new StoreUnavailable('The completion took too long');
    });
  }

  /** Removes an attachment, or throws AttachmentNotFound, VersionMismatch, TicketClosed, or Problem 403 if a requester may not. */
  remove(path: AttachmentParams, context: WriteContext): Promise<IdempotentResult<AttachmentDto>> {
    const request = ['remove attachment', path];
    return this.writer.run(path.ticket_id, request, context, async (run) => {
      const removed = await this.write('remove', { path }, context, run);
      if (removed) return removed;
      assertOfRequester((await this.require(path, context.reader)).author, context.reader);
      throw new AttachmentNotFound(path.ticket_id, path.attachment_id);
    });
  }

  /** Returns an attachment that the reader may see, or throws AttachmentNotFound. */
  async find(path: AttachmentParams, reader: Reader): Promise<AttachmentDto> {
    return toDto(await this.require(path, reader));
  }

  /** Returns a page of the attachments of a ticket, oldest first, or throws TicketNotFound. */
  async list(
    ticketId: number,
    { limit, cursor, state = [...attachmentStates] }: ListAttachmentsQuery,
    reader: Reader,
  ): Promise<Page<AttachmentDto>> {
    const list = attachmentList(ticketId, state);
    const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
    const page = { state, after: Number(after), limit: limit + 1 };
    const attachments = await this.repository.list(ticketId, reader, page);
    if (!attachments) throw new TicketNotFound(ticketId);
    return cutPage(attachments, limit, { cursors: this.cursors, list, sortKeysOf: ({ id }) => [id] });
  }

  /** Returns where the bytes of an attachment can be downloaded, or throws AttachmentNotFound or AttachmentPending. */
  async download(path: AttachmentParams, reader: Reader, caller: string | undefined): Promise<DownloadDto> {
    const attachment = await this.require(path, reader);
    if (attachment.state === 'pending') throw new AttachmentPending();
    return this.store.download(attachment, caller);
  }

  /** Returns the key of bytes that were checked and no longer change, or undefined if the attachment was completed meanwhile. */
  private async seal(attachment: Attachment, reader: Reader): Promise<string | undefined> {
    const storedKey = randomUUID();
    await this.repository.noteSealing(storedKey);
    const reason = await this.verifier.verify(attachment, storedKey);
    if (reason === undefined) return storedKey;
    // The upload is deleted after a completion, which may have been the one of another request.
    const { ticket_id, id } = attachment;
    const { state } = await this.require({ ticket_id, attachment_id: id }, reader);
    if (state === 'pending') throw reason;
    return undefined;
  }

  private async require(path: AttachmentParams, reader: Reader): Promise<Attachment> {
    const attachment = await this.repository.find(path, reader);
    if (!attachment) throw new AttachmentNotFound(path.ticket_id, path.attachment_id);
    return attachment;
  }

  /** Returns undefined if nothing changed although the ticket allows it; throws TicketNotFound, VersionMismatch or TicketClosed. */
  private async write(
    kind: 'complete' | 'remove',
    item: { path: AttachmentParams; storedKey?: string },
    context: WriteContext,
    { transaction }: Run,
  ): Promise<AttachmentDto | undefined> {
    const statuses = this.policy.commentable();
    const { found, changed } = await this.repository.write(kind, item, statuses, context, transaction);
    if (changed) return toDto(changed);
    if (this.policy.accepts(found, context)) return undefined;
    throw this.policy.rejection(item.path.ticket_id, found, context);
  }
}

/** Leaves out the keys of the store. */
function toDto(attachment: Attachment): AttachmentDto {
  const dto: Partial<Attachment> = { ...attachment };
  delete dto.upload_key;
  delete dto.stored_key;
  return dto as AttachmentDto;
}
