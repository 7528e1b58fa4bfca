import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { signingKeys } from '../api/cursors.js';
import { Environment } from '../config/environment.js';
import type { AttachmentParams, DownloadDto, LinkQuery } from './attachment.dto.js';
import { LinkInvalid } from './attachment.errors.js';

/** What a link is for. */
export type LinkPurpose = 'upload' | 'download';

/**
 * Signs and verifies the URLs of the files. A URL is valid for one purpose, one attachment and one caller, until it expires. It
 * takes the place of a token, so that browsers can follow it; a request that has the token of another caller is rejected.
 */
@Injectable()
export class SignedLinks {
  private readonly keys: [KeyObject, ...KeyObject[]];

  constructor(private readonly environment: Environment) {
    this.keys = signingKeys(environment, 'attachments');
  }

  /** Returns the URL for a purpose; the caller is the subject of a token, if there is one. */
  sign(purpose: LinkPurpose, path: AttachmentParams, expires: Date, caller: string | undefined): DownloadDto {
    const seconds = String(Math.floor(expires.getTime() / 1000));
    const [key] = this.keys;
    const tag = caller === undefined ? undefined : callerTag(key, caller);
    const query = new URLSearchParams({
      expires: seconds,
      ...(tag !== undefined && { caller: tag }),
      signature: signatureOf(key, purpose, path, seconds, tag),
    });
    const url = `${this.environment.PUBLIC_URL}/ticket/${path.ticket_id}/attachment/${path.attachment_id}/file?${query.toString()}`;
    return { url, expires_at: new Date(Number(seconds) * 1000).toISOString() };
  }

  /** Throws LinkInvalid unless the URL is valid for this purpose, and for this caller if the request has a token. */
  verify(purpose: LinkPurpose, path: AttachmentParams, query: LinkQuery, subject: string | undefined): void {
    const { expires, caller, signature } = query;
    const given = Buffer.from(signature);
    const key = this.keys.find((each) =>
      timingSafeEqual(given, Buffer.from(signatureOf(each, purpose, path, expires, caller))),
    );
    if (!key) throw new LinkInvalid('The URL is altered, or was signed for another request');
    if (Number(expires) * 1000 <= Date.now()) throw new LinkInvalid('The URL has expired');
    if (subject !== undefined && caller !== callerTag(key, subject))
      throw new LinkInvalid('The URL was issued to another caller');
  }
}

/** Tells callers apart without showing their subjects. */
function callerTag(key: KeyObject, subject: string): string {
  return createHmac('sha256', key).update(`caller ${subject}`).digest('base64url').slice(0, 22);
}

function signatureOf(
  key: KeyObject,
  purpose: LinkPurpose,
  { ticket_id, attachment_id }: AttachmentParams,
  expires: string,
  caller = '',
): string {
  const content = JSON.stringify([purpose, ticket_id, attachment_id, expires, caller]);
  return createHmac('sha256', key).update(content).digest('base64url');
}
