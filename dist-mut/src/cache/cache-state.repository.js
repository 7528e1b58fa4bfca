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
import { DataSource } from 'typeorm';
import { Database, openPool } from '../database/database.js';
import { changedState, stateReport } from '../database/state-report.js';
import { CacheView } from './cache-view.js';
const poll = { name: 'poll_cache_state', text: `SELECT ${stateReport}` };
/** The changes of the row. $1: the epoch; $2: the name of the store. */
const changes = {
    // A failure within a minute after the cache was turned on doubles the wait before the next try, up to a minute.
    off: `
    epoch = epoch + 1, state = 'off', retry_at = clock_timestamp() + waits.next, wait = waits.next
    FROM (
      SELECT CASE WHEN on_at > clock_timestamp() - interval '1 minute' THEN least(wait * 2, interval '1 minute')
        ELSE interval '2 seconds' END AS next
      FROM cache_state
    ) AS waits
    WHERE state <> 'off'`,
    warming: `state = 'warming', store = $2 WHERE state = 'off' AND retry_at <= clock_timestamp()`,
    on: `state = 'on', on_at = clock_timestamp() WHERE state = 'warming'`,
};
/** Runs the statements on the row of cache_state, on connections of their own, so that a busy pool does not delay them. */
let CacheStateRepository = class CacheStateRepository {
    database;
    pool;
    constructor(database, source, view) {
        this.database = database;
        database.onStateReport = view.observe.bind(view);
        // Two, because a change does not wait for a poll.
        this.pool = openPool(source, { max: 2, statement_timeout: 400, query_timeout: 500 });
    }
    /** Reads the row. Its report reaches the view as every report does. */
    async poll() {
        await this.database.runOn(this.pool, poll, []);
    }
    /** Changes the row, if it still has this epoch, and the state that the change begins with. */
    async change(to, epoch, store) {
        const text = `UPDATE cache_state SET ${changes[to]} AND epoch = $1 RETURNING ${changedState}`;
        const values = store === undefined ? [epoch] : [epoch, store];
        await this.database.runOn(this.pool, { name: `turn_cache_${to}`, text }, values);
    }
    async onModuleDestroy() {
        await this.pool.end();
    }
};
CacheStateRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        DataSource,
        CacheView])
], CacheStateRepository);
export { CacheStateRepository };
//# sourceMappingURL=cache-state.repository.js.map