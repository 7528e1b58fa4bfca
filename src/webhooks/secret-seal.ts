import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Environment } from '../config/environment.js';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Why a secret cannot be opened, for messages. */
export const sealedWithAnotherKey = 'sealed with another SECRET_KEY';

/**
 * Seals the secrets of endpoints with SECRET_KEY, so that a copy of the database does not contain them. SECRET_KEY_PREVIOUS opens
 * them too. Without SECRET_KEY, a secret can be opened as long as the process runs.
 */
@Injectable()
export class SecretSeal {
  /** The key that seals, then the previous one. */
  private readonly keys: [Buffer, ...Buffer[]];

  constructor({ SECRET_KEY, SECRET_KEY_PREVIOUS: previous }: Environment) {
    this.keys = [
      keyFrom(SECRET_KEY ?? randomBytes(32)),
      ...(previous === undefined ? [] : [keyFrom(previous)]),
    ];
  }

  /** Creates a secret of the Standard Webhooks. */
  create(): string {
    return `whsec_${randomBytes(32).toString('base64')}`;
  }

  /** Seals a secret. */
  seal(secret: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.keys[0], iv);
    return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** Opens a secret; undefined if none of the keys has sealed it. */
  open(sealed: string): string | undefined {
    return this.keys.map((key) => openWith(key, sealed)).find((secret) => secret !== undefined);
  }

  /** Opens the secrets that sign: the current one and, after a rotation, the previous one. None if the current one cannot be opened. */
  openAll({ secret, previous_secret }: { secret: string; previous_secret: string | null }): string[] {
    const current = this.open(secret);
    const previous = previous_secret === null ? undefined : this.open(previous_secret);
    return current === undefined ? [] : [current, ...(previous === undefined ? [] : [previous])];
  }

  /** Seals a secret of the previous key again; undefined for any other. */
  reseal(sealed: string): string | undefined {
    if (openWith(this.keys[0], sealed) !== undefined) return undefined;
    const secret = this.open(sealed);
    return secret === undefined ? undefined : this.seal(secret);
  }
}

function openWith(key: Buffer, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes, -tagBytes)).toString() + decipher.final().toString();
  } catch {
    return undefined;
  }
}

/** Derives a key of its own, so that nothing that another purpose signs or seals is valid here. */
function keyFrom(secret: string | Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'webhook secrets', 32));
}
