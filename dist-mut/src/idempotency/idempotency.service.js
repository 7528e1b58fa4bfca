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
import { Problem } from '../api/problem.js';
import { Database } from '../database/database.js';
import { isLockTimeout } from '../database/database-errors.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { idempotentReplays } from '../observability/metrics.js';
import { IdempotencyRepository } from './idempotency.repository.js';
/** Transactions at a time. One that waits for its key, or for a ticket that is locked, keeps its connection for up to a second. */
const maxTransactions = 4;
/** Makes requests with an Idempotency-Key safe to repeat. */
let IdempotencyService = class IdempotencyService {
    database;
    keys;
    bulkhead;
    constructor(database, keys, jobs) {
        this.database = database;
        this.keys = keys;
        this.bulkhead = database.bulkhead(maxTransactions);
        jobs.register('delete expired idempotency keys', () => keys.sweep());
    }
    /**
     * Runs a write once for a key, in one transaction with the record of its result: a process that dies leaves both or
     * neither. Throws Problem 422 if the key was used for another request, 409 if the first request is still in progress, 410 if its result was
     * erased.
     * @param request the request, for its fingerprint: a key is valid for one request
     * @param act the write, in the transaction if there is a key
     * @param deadline the time by which it begins, or never does
     */
    async once({ actor, reader, idempotencyKey }, request, act, deadline) {
        if (idempotencyKey === undefined)
            return { result: await act(undefined), replayed: false };
        // A client's key has no space, so two actors never share one.
        const key = actor === undefined ? idempotencyKey : `${idempotencyKey} ${actor}`;
        // The stored result is for one reader: the same actor may have a token of the team and one of a requester.
        const identity = reader.email === undefined ? request : [request, reader.email];
        const fingerprint = createHash('sha256').update(JSON.stringify(identity)).digest();
        return this.bulkhead(() => this.database.transaction(async (transaction) => {
            const isNew = await this.keys.claim(transaction, key, fingerprint).catch(rethrowUnlessInProgress);
            if (isNew) {
                const result = await act(transaction);
                await this.keys.saveResponse(transaction, key, result);
                return { result, replayed: false };
            }
            const stored = await this.keys.findKey(transaction, key);
            if (!stored.fingerprint.equals(fingerprint))
                throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used for another request');
            if (stored.answer === null)
                throw new Problem('answer-erased', 'This request was carried out, and its answer was erased');
            idempotentReplays.inc();
            return { result: stored.answer, replayed: true };
        }), deadline);
    }
};
IdempotencyService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        IdempotencyRepository,
        JobScheduler])
], IdempotencyService);
export { IdempotencyService };
function rethrowUnlessInProgress(error) {
    if (!isLockTimeout(error))
        throw error;
    const detail = 'The first request with this Idempotency-Key is still in progress';
    throw new Problem('request-in-progress', detail);
}
//# sourceMappingURL=idempotency.service.js.map