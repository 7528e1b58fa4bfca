var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { Overloaded } from '../api/problem.js';
import { AttachmentStore } from './attachment-store.js';
import { UploadInvalid } from './attachment.errors.js';
/** Verifications of a process at a time, because a hash takes the CPU; and those that may wait. */
const maxVerifications = 4;
const maxWaiting = 256;
/** Checks uploaded bytes against what the attachment announces. */
let UploadVerifier = class UploadVerifier {
    store;
    limit = pLimit(maxVerifications);
    constructor(store) {
        this.store = store;
    }
    /**
     * Seals the bytes of an upload under a new key, then checks their size and their hash. Returns why they are not valid, undefined if they
     * are; throws StoreUnavailable or Overloaded.
     */
    verify(attachment, storedKey) {
        if (this.limit.pendingCount >= maxWaiting)
            throw new Overloaded();
        return this.limit(() => this.check(attachment, storedKey));
    }
    async check({ upload_key, size, sha256 }, storedKey) {
        const bytes = await this.store.seal(upload_key, storedKey);
        if (!bytes)
            return new UploadInvalid('Nothing has been uploaded');
        if (bytes.size !== size)
            return new UploadInvalid(`The upload has ${bytes.size} bytes instead of ${size}`);
        if (sha256 === null)
            return undefined;
        const hash = createHash('sha256');
        for await (const chunk of await bytes.read())
            hash.update(chunk);
        return hash.digest('hex') === sha256
            ? undefined
            : new UploadInvalid('The upload does not have the hash that was announced');
    }
};
UploadVerifier = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [AttachmentStore])
], UploadVerifier);
export { UploadVerifier };
//# sourceMappingURL=upload-verifier.js.map