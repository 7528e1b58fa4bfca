import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { InvalidRequest } from './problem.js';

/** Where a page ends: the sort keys of its last item. */
export type SortKeys = readonly (string | number)[];

const tagBytes = 16;

/**
 * Cursors: where a page of a list ended, sealed so that a client can hand it back and not make one up. A cursor holds
 * for the one list it was made for, its filters and its order included. Replicas with the same SECRET_KEY understand
 * each other's, and those of SECRET_KEY_PREVIOUS; without one, a cursor lasts as long as the process.
 */
@Injectable()
export class Cursors {
  private readonly key: Buffer;
  private readonly previousKey: Buffer | undefined;

  constructor({ SECRET_KEY, SECRET_KEY_PREVIOUS }: Environment) {
    this.key = keyFrom(SECRET_KEY ?? randomBytes(32));
    this.previousKey = SECRET_KEY_PREVIOUS === undefined ? undefined : keyFrom(SECRET_KEY_PREVIOUS);
  }

  /** Seals where a page of this list ended. */
  seal(list: string, sortKeys: SortKeys): string {
    const content = Buffer.from(JSON.stringify(sortKeys));
    return Buffer.concat([tagOf(list, content, this.key), content]).toString('base64url');
  }

  /**
   * Opens a cursor of this list.
   * @throws InvalidRequest for one that is not the service's, or is another list's
   */
  open(list: string, cursor: string): SortKeys {
    const bytes = Buffer.from(cursor, 'base64url');
    const [tag, content] = [bytes.subarray(0, tagBytes), bytes.subarray(tagBytes)];
    // Written back it must be the same: base64 has several ways to write the same bytes.
    const isCanonical = bytes.toString('base64url') === cursor;
    const isOf = (key: Buffer | undefined) =>
      key !== undefined && timingSafeEqual(tag, tagOf(list, content, key));
    if (!isCanonical || tag.length < tagBytes || !(isOf(this.key) || isOf(this.previousKey))) {
      throw new InvalidRequest([{ field: 'cursor', message: 'must be a next_cursor of this same list' }]);
    }
    return JSON.parse(content.toString()) as SortKeys;
  }
}

/** A key of its own: what is signed for another purpose must not pass for a cursor. */
function keyFrom(secret: string | Buffer): Buffer {
  return createHmac('sha256', secret).update('cursors').digest();
}

function tagOf(list: string, content: Buffer, key: Buffer): Buffer {
  const hmac = createHmac('sha256', key).update(JSON.stringify(list)).update(content);
  return hmac.digest().subarray(0, tagBytes);
}
