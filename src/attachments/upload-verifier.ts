import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';

import { Overloaded } from '../api/problem.js';
import { AttachmentStore } from './attachment-store.js';
import type { Attachment } from './attachment.entity.js';
import { UploadInvalid } from './attachment.errors.js';

/** Verifications of a process at a time, because a hash takes the CPU; and those that may wait. */
const maxVerifications = 4;
const maxWaiting = 256;

/** Checks uploaded bytes against what the attachment announces. */
@Injectable()
export class UploadVerifier {
  private readonly limit = pLimit(maxVerifications);

  constructor(private readonly store: AttachmentStore) {}

  /**
   * Seals the bytes of an upload under a new key, then checks their size and their hash. Returns why they are not valid, undefined if they
   * are; throws StoreUnavailable or Overloaded.
   */
  verify(attachment: Attachment, storedKey: string): Promise<UploadInvalid | undefined> {
    if (this.limit.pendingCount >= maxWaiting) throw new Overloaded();
    return this.limit(() => this.check(attachment, storedKey));
  }

  private async check({ upload_key, size, sha256 }: Attachment, storedKey: string) {
    const bytes = await this.store.seal(upload_key, storedKey);
    if (!bytes) return new UploadInvalid('Nothing has been uploaded');
    if (bytes.size !== size)
      return new UploadInvalid(`The upload has ${bytes.size} bytes instead of ${size}`);
    if (sha256 === null) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of await bytes.read()) hash.update(chunk as Buffer);
    return hash.digest('hex') === sha256
      ? undefined
      : new UploadInvalid('The upload does not have the hash that was announced');
  }
}
