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
import { Database } from '../database/database.js';
/** The retention of a key, as a PostgreSQL interval. */
const retention = '24 hours';
const claim = {
    name: 'claim_idempotency_key',
    // A key that another request is using makes this one wait. A key that is older than the retention counts as new.
    text: `
    INSERT INTO idempotency_key AS stored (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()
    WHERE stored.created_at < now() - interval '${retention}'
    RETURNING key`,
};
const findKey = {
    name: 'recall_idempotency_key',
    text: `SELECT fingerprint, answer FROM idempotency_key WHERE key = $1`,
};
const saveResponse = {
    name: 'keep_idempotency_key',
    text: `UPDATE idempotency_key SET answer = $2 WHERE key = $1`,
};
/** The keys that one statement deletes, so that no statement takes long. */
const batchSize = 1_000;
const sweep = {
    name: 'sweep_idempotency_keys',
    // A key that a request holds is left for later.
    text: `
    DELETE FROM idempotency_key WHERE key IN (
      SELECT key FROM idempotency_key WHERE created_at < now() - interval '${retention}'
      ORDER BY created_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    ) RETURNING key`,
};
/** The id of the ticket that a stored response is about, as text: that of a ticket, or of a comment or an attachment on it. */
const ticketOfAnswer = `(CASE WHEN answer->'theme' IS NOT NULL THEN answer->>'id' ELSE answer->>'ticket_id' END)`;
/**
 * Returns the CTE that erases the stored responses about tickets. The keys stay, so that a repeated request does nothing.
 * @param ids the array of the ids
 */
export const eraseAnswers = (ids) => `
  erased_answers AS (UPDATE idempotency_key SET answer = NULL WHERE ${ticketOfAnswer} = ANY (${ids}::text[]))`;
/** Runs the statements on idempotency keys. */
let IdempotencyRepository = class IdempotencyRepository {
    database;
    constructor(database) {
        this.database = database;
    }
    /**
     * Claims a key in a transaction; returns whether it was new. Waits for another transaction that has claimed the key, and
     * throws DatabaseUnavailable by a lock timeout if that takes too long.
     */
    async claim(transaction, key, fingerprint) {
        return (await transaction.run(claim, [key, fingerprint])).length > 0;
    }
    /** Returns the stored response of a key that was not new. */
    findKey(transaction, key) {
        return transaction.runForOne(findKey, [key]);
    }
    /** Stores the response, in the transaction that has claimed the key. */
    async saveResponse(transaction, key, result) {
        await transaction.run(saveResponse, [key, JSON.stringify(result)]);
    }
    /** Deletes some old keys; returns whether there may be more. */
    async sweep() {
        return (await this.database.run(sweep, [])).length === batchSize;
    }
};
IdempotencyRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database])
], IdempotencyRepository);
export { IdempotencyRepository };
//# sourceMappingURL=idempotency.repository.js.map