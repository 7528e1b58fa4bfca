import type { Readable } from 'node:stream';

import type { DownloadDto, UploadRequestDto } from './attachment.dto.js';
import type { Attachment } from './attachment.entity.js';

/** The life of an upload URL. Attachments that are not complete by then are deleted. */
export const uploadLifeHours = 24;

/** The life of a download URL. */
export const downloadLifeSeconds = 300;

/** Bytes under a key that no upload can change. */
export interface SealedBytes {
  size: number;
  /** Opens the bytes for reading. */
  read(): Promise<Readable>;
}

/** Keeps the bytes of attachments under random keys. A store that does not respond makes the methods throw StoreUnavailable. */
export abstract class AttachmentStore {
  /**
   * Returns the request that uploads the bytes. It is valid for 24 hours from the creation of the attachment.
   * @param caller the subject of the caller's token
   */
  abstract uploadRequest(attachment: Attachment, caller: string | undefined): Promise<UploadRequestDto>;

  /** Returns a URL that is valid for five minutes. */
  abstract download(attachment: Attachment, caller: string | undefined): Promise<DownloadDto>;

  /** Copies the bytes of an upload to a new key; returns undefined if nothing was uploaded. */
  abstract seal(uploadKey: string, storedKey: string): Promise<SealedBytes | undefined>;

  /** Deletes the bytes of a key, if there are any. */
  abstract delete(key: string): Promise<void>;

  /** Deletes what interrupted uploads have left. */
  abstract sweep(): Promise<void>;
}
