var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import http from 'node:http';
import https from 'node:https';
import { Injectable } from '@nestjs/common';
import { Webhook as Signer } from 'standardwebhooks';
import { errorMessage } from '../observability/error-message.js';
import { AddressPolicy } from './address-policy.js';
/** The time limit of an attempt. */
export const attemptMs = 15_000;
/** What is kept of an answer. */
const maxAnswerBytes = 1_024;
/** Longest Retry-After that is honoured, in seconds. */
const maxRetryAfter = 24 * 60 * 60;
/** Sends events as the Standard Webhooks specify. */
let WebhookSender = class WebhookSender {
    addresses;
    agents = {
        'http:': new http.Agent({ keepAlive: true, timeout: attemptMs }),
        'https:': new https.Agent({ keepAlive: true, timeout: attemptMs }),
    };
    constructor(addresses) {
        this.addresses = addresses;
    }
    /**
     * Sends an event; never throws. The connection goes to the very address that was checked, and redirects are not followed.
     * @param stop ends the attempt early
     */
    async send(message, stop) {
        const at = new Date();
        const begun = performance.now();
        const timeout = AbortSignal.timeout(attemptMs);
        const signal = stop ? AbortSignal.any([stop, timeout]) : timeout;
        const result = await this.post(message, signal).catch((error) => ({
            ...{ status: null, answer: null, retryAfter: undefined },
            error: timeout.aborted ? `no answer within ${attemptMs / 1_000} seconds` : errorMessage(error),
        }));
        const { status, answer, error, retryAfter } = result;
        const duration_ms = Math.round(performance.now() - begun);
        return { attempt: { at: at.toISOString(), status, duration_ms, answer, error }, retryAfter };
    }
    async post(message, signal) {
        const url = new URL(message.url);
        // A host that is an address is never looked up.
        const checked = await this.addresses.resolve(url);
        signal.throwIfAborted();
        const lookup = (_host, { all }, callback) => {
            if (all)
                callback(null, checked);
            else
                callback(null, checked[0]?.address ?? '', checked[0]?.family);
        };
        const request = () => this.request(url, message, { lookup, signal });
        const response = await request().catch((error) => {
            // The endpoint has closed an idle connection, which it may do at any time.
            if (error instanceof StaleConnection)
                return request();
            throw error;
        });
        const { statusCode: status = 0, headers } = response;
        const answer = await readAnswer(response, signal);
        const error = status >= 300 && status < 400 ? 'redirects are not followed' : null;
        return { status, answer, error, retryAfter: parseRetryAfter(headers['retry-after']) };
    }
    request(url, { id, body, secrets }, options) {
        const now = new Date();
        const headers = {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(body),
            'User-Agent': 'ticket-system',
            'webhook-id': id,
            'webhook-timestamp': Math.floor(now.getTime() / 1_000),
            'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
        };
        const protocol = url.protocol;
        const { request } = protocol === 'https:' ? https : http;
        return new Promise((resolve, reject) => {
            const sent = request(url, { ...options, agent: this.agents[protocol], method: 'POST', headers });
            sent.on('response', resolve);
            sent.on('error', (error) => {
                const isStale = sent.reusedSocket && error.code === 'ECONNRESET';
                reject(isStale ? new StaleConnection() : error);
            });
            sent.end(body);
        });
    }
};
WebhookSender = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [AddressPolicy])
], WebhookSender);
export { WebhookSender };
class StaleConnection extends Error {
}
/** Returns the first bytes of an answer, and abandons the rest. An answer that breaks off counts as far as it came. */
async function readAnswer(response, signal) {
    const chunks = [];
    let bytes = 0;
    try {
        for await (const chunk of response) {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes > maxAnswerBytes || signal.aborted)
                break;
        }
    }
    catch {
        // The status has been received.
    }
    // PostgreSQL cannot store NUL.
    return Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString().replaceAll('\0', '');
}
/** Returns the seconds of Retry-After: a number, or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header) {
    if (header === undefined)
        return undefined;
    const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
    return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), maxRetryAfter) : undefined;
}
//# sourceMappingURL=webhook-request.js.map