import { link, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';

import { Logger } from '@nestjs/common';

import { InvalidRequest, Overloaded, Problem } from '../api/problem.js';
import { errorMessage } from '../observability/error-message.js';
import { downloadLifeSeconds, uploadLifeHours } from './attachment-store.js';
import { AttachmentStore, type SealedBytes } from './attachment-store.js';
import type { DownloadDto, UploadRequestDto } from './attachment.dto.js';
import type { Attachment } from './attachment.entity.js';
import { InsufficientStorage, StoreUnavailable } from './attachment.errors.js';
import type { LinkPurpose, SignedLinks } from './signed-links.js';

/** Uploads of a process at a time. Each keeps a file open, and a chunk in memory. */
const maxUploads = 256;

/** Unfinished files that are older belong to no upload, because an upload takes an hour at most. */
const unfinishedMs = 2 * 60 * 60 * 1000;

/** Keeps the bytes as files in a folder that all replicas share. Clients reach them by signed URLs of the service. */
export class FileStore extends AttachmentStore {
  private readonly logger = new Logger('FileStore');
  private readonly unfinished: string;
  private uploads = 0;

  /** @param folder the folder; it is created when it is first needed */
  constructor(
    private readonly folder: string,
    private readonly links: SignedLinks,
  ) {
    super();
    this.unfinished = join(folder, 'unfinished');
  }

  override uploadRequest(attachment: Attachment, caller: string | undefined): Promise<UploadRequestDto> {
    const expires = new Date(Date.parse(attachment.created_at) + uploadLifeHours * 3_600_000);
    const headers = { 'Content-Type': attachment.content_type };
    return Promise.resolve({ method: 'PUT', headers, ...this.link('upload', attachment, expires, caller) });
  }

  override download(attachment: Attachment, caller: string | undefined): Promise<DownloadDto> {
    const expires = new Date(Date.now() + downloadLifeSeconds * 1000);
    return Promise.resolve(this.link('download', attachment, expires, caller));
  }

  /** A hard link keeps the bytes, because an upload replaces its file and never writes into it. */
  override seal(uploadKey: string, storedKey: string): Promise<SealedBytes | undefined> {
    const path = this.pathOf(storedKey);
    return this.run(async () => {
      await mkdir(dirname(path), { recursive: true });
      try {
        await link(this.pathOf(uploadKey), path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
      await sync(dirname(path));
      const { size } = await stat(path);
      return { size, read: async () => (await open(path)).createReadStream() };
    });
  }

  override delete(key: string): Promise<void> {
    return this.run(() => rm(this.pathOf(key), { force: true }));
  }

  override sweep(): Promise<void> {
    return this.run(async () => {
      const names = await readdir(this.unfinished).catch(() => []);
      for (const path of names.map((name) => join(this.unfinished, name))) {
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
        if (mtimeMs < Date.now() - unfinishedMs) await rm(path, { force: true });
      }
    });
  }

  /** Returns the path of the bytes of a key. */
  pathOf(key: string): string {
    return resolve(this.folder, key.slice(0, 2), key);
  }

  /**
   * Writes an upload to the disk as it arrives. The file is there as a whole or not at all, whatever interrupts the upload.
   * Throws InvalidRequest unless exactly `size` bytes arrive, InsufficientStorage if the disk is full, and Overloaded.
   */
  async receive(key: string, bytes: Readable, size: number): Promise<void> {
    if (this.uploads >= maxUploads) throw new Overloaded();
    this.uploads++;
    const path = this.pathOf(key);
    const unfinished = join(this.unfinished, `${key}.${process.hrtime.bigint()}`);
    try {
      await this.run(async () => {
        for (const folder of [this.unfinished, dirname(path)]) await mkdir(folder, { recursive: true });
        const file = await open(unfinished, 'wx');
        try {
          await copy(bytes, file, size);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(unfinished, path);
        await sync(dirname(path));
      });
    } finally {
      this.uploads--;
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  private link(purpose: LinkPurpose, { ticket_id, id }: Attachment, expires: Date, caller?: string) {
    return this.links.sign(purpose, { ticket_id, attachment_id: id }, expires, caller);
  }

  private async run<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (/^(ENOSPC|EDQUOT)$/.test(codeOf(error))) throw new InsufficientStorage();
      this.logger.warn(`The folder of attachments cannot be used: ${errorMessage(error)}`);
      throw new StoreUnavailable(error);
    }
  }
}

/** Writes a stream to a file. A stream that is left early stays open, so that its connection can still carry the response. */
async function copy(bytes: Readable, file: FileHandle, size: number): Promise<void> {
  let received = 0;
  const chunks = bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of interruptible(chunks)) {
    received += chunk.length;
    if (received > size) break;
    await file.appendFile(chunk);
  }
  const message = `must have ${size} bytes`;
  if (received !== size) throw new InvalidRequest([{ field: 'body', message }]);
}

/** A connection that is lost ends the stream with an error. It is the client's, and not one of the disk. */
async function* interruptible(chunks: AsyncIterable<Buffer>) {
  try {
    yield* chunks;
  } catch {
    throw new Problem('invalid-request', 'The upload was interrupted');
  }
}

/** Makes new names in a folder durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
