var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { InvalidRequest } from './problem.js';
const tagBytes = 16;
/**
 * Signs and verifies cursors. A cursor contains the sort keys of the last item of a page, and is valid for one list with its
 * filters and its order. Replicas with the same SECRET_KEY accept each other's cursors, and those of SECRET_KEY_PREVIOUS. Without
 * SECRET_KEY a cursor is valid as long as the process runs.
 */
let Cursors = class Cursors {
    /** The key that signs, then the previous one. */
    keys;
    constructor(environment) {
        this.keys = signingKeys(environment, 'cursors');
    }
    /** Returns the cursor of a page of this list that ended with these sort keys. */
    seal(list, sortKeys) {
        const content = Buffer.from(JSON.stringify(sortKeys));
        return Buffer.concat([tagOf(list, content, this.keys[0]), content]).toString('base64url');
    }
    /** Returns the sort keys of a cursor; throws InvalidRequest if the service did not issue it for this list. */
    open(list, cursor) {
        const bytes = Buffer.from(cursor, 'base64url');
        const [tag, content] = [bytes.subarray(0, tagBytes), bytes.subarray(tagBytes)];
        // base64 can write the same bytes in several ways. Only the canonical one is accepted.
        const isCanonical = bytes.toString('base64url') === cursor;
        const isOf = (key) => timingSafeEqual(tag, tagOf(list, content, key));
        if (!isCanonical || tag.length < tagBytes || !this.keys.some(isOf))
            throw new InvalidRequest([
                {
                    field: 'cursor',
                    message: 'must be a next_cursor of the same list, with the same filters and order',
                },
            ]);
        return JSON.parse(content.toString());
    }
};
Cursors = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], Cursors);
export { Cursors };
/**
 * Derives the keys of a purpose, so that a signature for another purpose is not valid: the key that signs, then that of
 * SECRET_KEY_PREVIOUS. Without SECRET_KEY they are valid as long as the process runs.
 */
export function signingKeys(environment, purpose) {
    const { SECRET_KEY = randomBytes(32), SECRET_KEY_PREVIOUS: previous } = environment;
    const derive = (secret) => createHmac('sha256', secret).update(purpose).digest();
    return [derive(SECRET_KEY), ...(previous === undefined ? [] : [derive(previous)])];
}
function tagOf(list, content, key) {
    const hmac = createHmac('sha256', key).update(JSON.stringify(list)).update(content);
    return hmac.digest().subarray(0, tagBytes);
}
//# sourceMappingURL=cursors.js.map