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
import { orderDeliveries } from './dispatch.sql.js';
import * as sql from './webhook.sql.js';
/** Runs the statements on endpoints, but for those of the dispatcher. */
let WebhooksRepository = class WebhooksRepository {
    database;
    constructor(database) {
        this.database = database;
    }
    /** Creates an endpoint; undefined if there are too many. */
    async insert(fields, sealed, transaction = this.database) {
        const [row] = await transaction.run(sql.insertWebhook, [JSON.stringify(fields), sealed]);
        return row;
    }
    /** Returns up to `limit` endpoints after an id. */
    list(after, limit) {
        return this.database.run(sql.listWebhooks, [after, limit]);
    }
    /** Returns an endpoint. */
    async find(id) {
        return (await this.database.run(sql.findWebhook, [id]))[0];
    }
    /** Changes an endpoint. Where it is enabled or gets another URL, it is tried at once. */
    update(id, patch) {
        return this.database.transaction(async (transaction) => {
            const [row] = await transaction.run(sql.updateWebhook, [id, JSON.stringify(patch)]);
            if (row && (patch.enabled || patch.url !== undefined)) {
                if (patch.enabled)
                    await transaction.run(sql.failExpiredDeliveries, [id]);
                await transaction.run(orderDeliveries, [id, true]);
            }
            return row;
        });
    }
    /** Deletes an endpoint; returns whether it existed. */
    async delete(id) {
        return (await this.database.run(sql.deleteWebhook, [id])).length > 0;
    }
    /** Replaces the secret of an endpoint. */
    async rotate(id, sealed, transaction = this.database) {
        return (await transaction.run(sql.rotateSecret, [id, sealed]))[0];
    }
    /** Sends events again, from the one after the number `after`. */
    async replay(id, after, until) {
        await this.database.run(sql.replayWebhook, [id, after, until]);
    }
    /** Returns the secrets of an endpoint, or of all. */
    secrets(id) {
        return this.database.run(sql.selectSecrets, [id]);
    }
    /** Replaces a sealed secret by another text. */
    async reseal(id, from, to) {
        await this.database.run(sql.resealSecret, [id, from, to]);
    }
    /** Returns up to `limit` deliveries of an endpoint before an event, newest first. */
    deliveries(id, before, limit, state) {
        const statement = sql.listDeliveries.get(state);
        return statement ? this.database.run(statement, [id, before, limit]) : Promise.resolve([]);
    }
    /** Returns the number of the first event that any endpoint still needs. */
    async firstNeeded() {
        return (await this.database.runForOne(sql.selectFirstNeeded, [])).number;
    }
    /** Disables endpoints whose events were removed from the feed; returns their ids. */
    async expire() {
        return (await this.database.run(sql.expireWebhooks, [])).map(({ id }) => id);
    }
    /** Deletes some old deliveries; returns whether there may be more. */
    async sweep() {
        return (await this.database.run(sql.sweepDeliveries, [])).length >= sql.sweepSize;
    }
    /** Returns how far behind each endpoint is. */
    states() {
        return this.database.run(sql.selectStates, []);
    }
};
WebhooksRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database])
], WebhooksRepository);
export { WebhooksRepository };
//# sourceMappingURL=webhooks.repository.js.map