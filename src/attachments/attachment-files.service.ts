import type { Readable } from 'node:stream';

import { Injectable } from '@nestjs/common';

import { team } from '../api/audience.js';
import { InvalidRequest } from '../api/problem.js';
import { AttachmentStore } from './attachment-store.js';
import type { AttachmentDto, AttachmentParams, LinkQuery } from './attachment.dto.js';
import type { Attachment } from './attachment.entity.js';
import { AttachmentComplete, AttachmentNotFound, AttachmentPending } from './attachment.errors.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { FileStore } from './file-store.js';
import { SignedLinks } from './signed-links.js';

/** Takes uploads and finds files, for requests with a signed URL. */
@Injectable()
export class AttachmentFilesService {
  constructor(
    private readonly repository: AttachmentsRepository,
    private readonly links: SignedLinks,
    private readonly store: AttachmentStore,
  ) {}

  /**
   * Stores the bytes of a pending attachment. Throws LinkInvalid, AttachmentNotFound, AttachmentComplete, or InvalidRequest if the size is not
   * the announced one.
   * @param subject the caller, if the request has a token
   * @param body.size the size that the request announces
   */
  async upload(
    path: AttachmentParams,
    query: LinkQuery,
    subject: string | undefined,
    body: { stream: Readable; size: number | undefined },
  ): Promise<AttachmentDto> {
    this.links.verify('upload', path, query, subject);
    const { store, attachment } = await this.require(path);
    const { upload_key, stored_key, ...dto } = attachment;
    if (stored_key !== null) throw new AttachmentComplete();
    if (body.size !== undefined && body.size !== dto.size) {
      const message = `must be ${dto.size}, the size of the attachment`;
      throw new InvalidRequest([{ field: 'Content-Length', message }]);
    }
    await store.receive(upload_key, body.stream, dto.size);
    return dto;
  }

  /** Returns the file of a complete attachment, or throws LinkInvalid, AttachmentNotFound or AttachmentPending. */
  async find(path: AttachmentParams, query: LinkQuery, subject: string | undefined) {
    this.links.verify('download', path, query, subject);
    const { store, attachment } = await this.require(path);
    const { name, content_type, stored_key } = attachment;
    if (stored_key === null) throw new AttachmentPending();
    return { name, content_type, path: store.pathOf(stored_key) };
  }

  private async require(path: AttachmentParams): Promise<{ store: FileStore; attachment: Attachment }> {
    // The link was issued to a caller that may see the attachment.
    const attachment = await this.repository.find(path, team);
    const { store } = this;
    if (!attachment || !(store instanceof FileStore))
      throw new AttachmentNotFound(path.ticket_id, path.attachment_id);
    return { store, attachment };
  }
}
