import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { InvalidRequest } from './problem.js';

/** The sort keys of the last item of a page. */
export type SortKeys = readonly (string | number | null)[];

const tagBytes = 16;

/**
 * Signs and verifies cursors. A cursor contains the sort keys of the last item of a page, and is valid for one list with its
 * filters and its order. Replicas with the same SECRET_KEY accept each other's cursors, and those of SECRET_KEY_PREVIOUS. Without
 * SECRET_KEY a cursor is valid as long as the process runs.
 */
@Injectable()
export class Cursors {
  /** The key that signs, then the previous one. */
  private readonly keys: [KeyObject, ...KeyObject[]];

  constructor(environment: Environment) {
    this.keys = signingKeys(environment, 'cursors');
  }

  /** Returns the cursor of a page of this list that ended with these sort keys. */
  seal(list: string, sortKeys: SortKeys): string {
    const content = Buffer.from(JSON.stringify(sortKeys));
    return Buffer.concat([tagOf(list, content, this.keys[0]), content]).toString('base64url');
  }

  /** Returns the sort keys of a cursor; throws InvalidRequest if the service did not issue it for this list. */
  open(list: string, cursor: string): SortKeys {
    const bytes = Buffer.from(cursor, 'base64url');
    const [tag, content] = [bytes.subarray(0, tagBytes), bytes.subarray(tagBytes)];
    // base64 can write the same bytes in several ways. Only the canonical one is accepted.
    const isCanonical = bytes.toString('base64url') === cursor;
    const isOf = (key: KeyObject) => timingSafeEqual(tag, tagOf(list, content, key));
    if (!isCanonical || tag.length < tagBytes || !this.keys.some(isOf))
      throw new InvalidRequest([
        {
          field: 'cursor',
          message: 'must be a next_cursor of the same list, with the same filters and order',
        },
      ]);
    return JSON.parse(content.toString()) as SortKeys;
  }
}

/**
 * Derives the keys of a purpose, so that a signature for another purpose is not valid: the key that signs, then that of
 * SECRET_KEY_PREVIOUS. Without SECRET_KEY they are valid as long as the process runs.
 */
export function signingKeys(environment: Environment, purpose: string): [KeyObject, ...KeyObject[]] {
  const { SECRET_KEY = randomBytes(32), SECRET_KEY_PREVIOUS: previous } = environment;
  const derive = (secret: string | Buffer) =>
    createSecretKey(createHmac('sha256', secret).update(purpose).digest());
  return [derive(SECRET_KEY), ...(previous === undefined ? [] : [derive(previous)])];
}

function tagOf(list: string, content: Buffer, key: KeyObject): Buffer {
  const hmac = createHmac('sha256', key).update(JSON.stringify(list)).update(content);
  return hmac.digest().subarray(0, tagBytes);
}
