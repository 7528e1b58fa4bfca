var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
/**
 * Seals the secrets of endpoints with SECRET_KEY, so that a copy of the database does not contain them. SECRET_KEY_PREVIOUS opens
 * them too. Without SECRET_KEY, a secret can be opened as long as the process runs.
 */
let SecretSeal = class SecretSeal {
    /** The key that seals, then the previous one. */
    keys;
    constructor({ SECRET_KEY, SECRET_KEY_PREVIOUS: previous }) {
        this.keys = [
            keyFrom(SECRET_KEY ?? randomBytes(32)),
            ...(previous === undefined ? [] : [keyFrom(previous)]),
        ];
    }
    /** Creates a secret of the Standard Webhooks. */
    create() {
        return `whsec_${randomBytes(32).toString('base64')}`;
    }
    /** Seals a secret. */
    seal(secret) {
        const iv = randomBytes(ivBytes);
        const cipher = createCipheriv(algorithm, this.keys[0], iv);
        return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64');
    }
    /** Opens a secret; undefined if none of the keys has sealed it. */
    open(sealed) {
        return this.keys.map((key) => openWith(key, sealed)).find((secret) => secret !== undefined);
    }
    /** Opens those that can be opened. */
    openAll(sealed) {
        return sealed.flatMap((text) => (text === null ? [] : (this.open(text) ?? [])));
    }
    /** Seals a secret of the previous key again; undefined for any other. */
    reseal(sealed) {
        if (openWith(this.keys[0], sealed) !== undefined)
            return undefined;
        const secret = this.open(sealed);
        return secret === undefined ? undefined : this.seal(secret);
    }
};
SecretSeal = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], SecretSeal);
export { SecretSeal };
function openWith(key, sealed) {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    try {
        return decipher.update(bytes.subarray(ivBytes, -tagBytes)).toString() + decipher.final().toString();
    }
    catch {
        return undefined;
    }
}
/** Derives a key of its own, so that nothing that another purpose signs or seals is valid here. */
function keyFrom(secret) {
    return Buffer.from(hkdfSync('sha256', secret, '', 'webhook secrets', 32));
}
//# sourceMappingURL=secret-seal.js.map