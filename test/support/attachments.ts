import { createHash } from 'node:crypto';

import type {
  AttachmentDto,
  CreatedAttachmentDto,
  DownloadDto,
} from '../../src/attachments/attachment.dto.js';
import { Api, json, type ApiResponse } from './api.js';

/** An attachment in its JSON form. */
export type Attachment = AttachmentDto;

type Fields = Record<string, unknown>;

/** Calls the endpoints of attachments. */
export class Attachments {
  constructor(
    private readonly api: Api,
    readonly ticketId: number,
  ) {}

  /** Creates a pending attachment for these bytes. */
  create(bytes: Uint8Array | string, fields: Fields = {}, headers: Record<string, string> = {}) {
    const body = { name: 'notes.txt', content_type: 'text/plain', size: Buffer.byteLength(bytes), ...fields };
    const init = json(JSON.stringify(body));
    return this.send<CreatedAttachmentDto>('POST', '', {
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...headers },
    });
  }

  complete(id: number, headers: Record<string, string> = {}) {
    return this.send<Attachment>('POST', `/${id}/complete`, { headers });
  }

  remove(id: number, headers: Record<string, string> = {}) {
    return this.send<Attachment>('DELETE', `/${id}`, { headers });
  }

  find(id: number) {
    return this.send<Attachment>('GET', `/${id}`);
  }

  list(query = '') {
    return this.send<{ items: Attachment[]; next_cursor: string | null }>('GET', query);
  }

  /** Returns the redirect to the bytes. */
  content(id: number) {
    return this.send<DownloadDto>('GET', `/${id}/content`, { redirect: 'manual' });
  }

  /** Uploads bytes, or any others in their place; returns the response of the store. */
  upload({ upload }: CreatedAttachmentDto, bytes: Uint8Array<ArrayBuffer> | string, init: RequestInit = {}) {
    const { method, headers } = upload;
    return fetch(this.absolute(upload.url), { method, headers, body: bytes, ...init });
  }

  /** Downloads the bytes. */
  async download(id: number, init: RequestInit = {}): Promise<Response> {
    return fetch(this.absolute((await this.content(id)).body.url), init);
  }

  /** Creates, uploads and completes an attachment. */
  async attach(bytes: Uint8Array<ArrayBuffer> | string, fields: Fields = {}): Promise<Attachment> {
    const { body } = await this.create(bytes, fields);
    const uploaded = await this.upload(body, bytes);
    if (!uploaded.ok)
      throw new Error(`The upload was answered with ${uploaded.status}: ${await uploaded.text()}`);
    return (await this.complete(body.id)).body;
  }

  /** Returns a URL of the service or of the store. */
  absolute(url: string): string {
    return new URL(url, this.api.url).href;
  }

  private send<Body>(method: string, path: string, init: RequestInit = {}): Promise<ApiResponse<Body>> {
    return this.api.send<Body>(method, `/ticket/${this.ticketId}/attachment${path}`, init);
  }
}

/** The SHA-256 hash of bytes, in hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
