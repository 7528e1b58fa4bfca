var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { signingKeys } from '../api/cursors.js';
import { Environment } from '../config/environment.js';
import { LinkInvalid } from './attachment.errors.js';
/**
 * Signs and verifies the URLs of the files. A URL is valid for one purpose, one attachment and one caller, until it expires. It
 * takes the place of a token, so that browsers can follow it; a request that has the token of another caller is rejected.
 */
let SignedLinks = class SignedLinks {
    environment;
    keys;
    constructor(environment) {
        this.environment = environment;
        this.keys = signingKeys(environment, 'attachments');
    }
    /** Returns the URL for a purpose; the caller is the subject of a token, if there is one. */
    sign(purpose, path, expires, caller) {
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
    verify(purpose, path, query, subject) {
        const { expires, caller, signature } = query;
        const given = Buffer.from(signature);
        const key = this.keys.find((each) => timingSafeEqual(given, Buffer.from(signatureOf(each, purpose, path, expires, caller))));
        if (!key)
            throw new LinkInvalid('The URL is altered, or was signed for another request');
        if (Number(expires) * 1000 <= Date.now())
            throw new LinkInvalid('The URL has expired');
        if (subject !== undefined && caller !== callerTag(key, subject))
            throw new LinkInvalid('The URL was issued to another caller');
    }
};
SignedLinks = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], SignedLinks);
export { SignedLinks };
/** Tells callers apart without showing their subjects. */
function callerTag(key, subject) {
    return createHmac('sha256', key).update(`caller ${subject}`).digest('base64url').slice(0, 22);
}
function signatureOf(key, purpose, { ticket_id, attachment_id }, expires, caller = '') {
    const content = JSON.stringify([purpose, ticket_id, attachment_id, expires, caller]);
    return createHmac('sha256', key).update(content).digest('base64url');
}
//# sourceMappingURL=signed-links.js.map