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
import pLimit from 'p-limit';
import { DataSource } from 'typeorm';
import { Database, openPool } from '../database/database.js';
import { addDeliveries, claimDeliveries, lockWebhook, orderDeliveries, recordAttempts, selectEnabled, } from './dispatch.sql.js';
/** Connections of their own, so that deliveries and requests do not wait for each other. */
const connections = 2;
/** Runs the statements of the dispatcher. */
let DispatchRepository = class DispatchRepository {
    database;
    pool;
    /** Exchanges that wait here do not count as load of the service. */
    limit = pLimit(connections);
    constructor(database, source) {
        this.database = database;
        this.pool = openPool(source, { max: connections });
    }
    /** Returns the enabled endpoints, and whether there is something to send to each. */
    enabled() {
        return this.limit(() => this.database.runOn(this.pool, selectEnabled, []));
    }
    /**
     * Records results of an endpoint, and leases what may be sent next, in one transaction that holds the lock of the endpoint.
     * @param options.disableAfter the seconds without a success after which the endpoint is disabled
     * @param options.mayClaim decides whether this replica can send to the endpoint
     */
    exchange(id, results, options) {
        return this.limit(() => this.database.transaction(async (transaction) => {
            const lock = results.length > 0 ? lockWebhook.wait : lockWebhook.skip;
            const [webhook] = await transaction.run(lock, [id]);
            if (!webhook)
                return { claimed: [], hasMore: false };
            const disabled = await record(transaction, id, results, options.disableAfter);
            if (!options.mayClaim(webhook))
                return { claimed: [], hasMore: false, disabled };
            return { webhook, disabled, ...(await claim(transaction, id, webhook)) };
        }, this.pool));
    }
    async onApplicationShutdown() {
        await this.pool.end();
    }
};
DispatchRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        DataSource])
], DispatchRepository);
export { DispatchRepository };
async function record(transaction, id, results, disableAfter) {
    if (results.length === 0)
        return undefined;
    const values = [id, JSON.stringify(results), disableAfter];
    const [row] = await transaction.run(recordAttempts, values);
    return row?.reason;
}
/** Leases what is due. Where little is, the next events of the feed get rows first. */
async function claim(transaction, id, { needs_more, is_replay }) {
    const [place] = needs_more ? await transaction.run(addDeliveries, [id]) : [];
    if (place && is_replay)
        await transaction.run(orderDeliveries, [id, false]);
    const claimed = await transaction.run(claimDeliveries, [id]);
    return { claimed, hasMore: place?.is_behind ?? false };
}
//# sourceMappingURL=dispatch.repository.js.map