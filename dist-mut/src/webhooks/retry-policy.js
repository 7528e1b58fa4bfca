var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
/** The part of a delay by which it is longer or shorter at most, so that endpoints are not called by many at once. */
const jitter = 0.1;
/** Decides what follows from the answer to an attempt. */
let RetryPolicy = class RetryPolicy {
    /** The seconds after each failed attempt. */
    schedule;
    /** The seconds without a success after which an endpoint is disabled. */
    disableAfter;
    constructor({ WEBHOOK_RETRY_SCHEDULE }) {
        this.schedule = WEBHOOK_RETRY_SCHEDULE.map(Number);
        this.disableAfter = 2 * this.schedule.reduce((sum, seconds) => sum + seconds, 0);
    }
    /**
     * Judges an attempt.
     * @param status the status of the answer; null without an answer
     * @param tries the failed attempts before
     * @param retryAfter the seconds of Retry-After
     */
    judge(status, tries, retryAfter = 0) {
        if (status !== null && status >= 200 && status < 300)
            return { outcome: 'delivered' };
        if (status === 410)
            return { outcome: 'gone' };
        const seconds = this.schedule[tries];
        if (seconds === undefined)
            return { outcome: 'failed' };
        return {
            outcome: 'retry',
            delay: Math.max(retryAfter, seconds * (1 + jitter * (2 * Math.random() - 1))),
        };
    }
};
RetryPolicy = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Environment])
], RetryPolicy);
export { RetryPolicy };
//# sourceMappingURL=retry-policy.js.map