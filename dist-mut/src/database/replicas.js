var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { Database, openPool } from './database.js';
import { Deadline } from './deadline.js';
import { DatabaseUnavailable, isStatementTimeout } from './database-errors.js';
/** Maximum age of the data of a replica that is read from. */
const maxLagMs = 1_000;
const pollIntervalMs = 200;
const replicaPoolSize = 10;
/** Connections of their own to the primary, so that these reads never take those of writes. */
const primaryPoolSize = 6;
const selectPosition = { name: 'select_written', text: 'SELECT pg_current_wal_lsn()::text AS lsn' };
const selectReplayed = `
  SELECT pg_last_wal_replay_lsn()::text AS lsn, extract(epoch FROM pg_postmaster_start_time())::text AS start`;
/**
 * Connections for lists, histories, comments and the feed: to the streaming replicas of PostgreSQL, for reads that may be up to one
 * second old, and to the primary. A replica that lags further, does not
 * respond, or whose lag is unknown is not used; without a fresh replica the primary is read.
 *
 * TypeORM's own replication does not start while a replica is down, and does not measure lag.
 */
let Replicas = class Replicas {
    database;
    primary;
    replicas;
    stop = new AbortController();
    polling = Promise.resolve();
    turn = 0;
    constructor(database, source, { POSTGRES_REPLICA_HOSTS = [], POSTGRES_PORT }) {
        this.database = database;
        this.primary = openPool(source, { max: primaryPoolSize });
        this.replicas = POSTGRES_REPLICA_HOSTS.map((address) => {
            const [host = '', port = POSTGRES_PORT] = address.split(':');
            return new Replica(source, { host, port: Number(port) });
        });
    }
    /** Number of replicas that are read from now. */
    get inUse() {
        return this.replicas.filter(({ isFresh }) => isFresh).length;
    }
    /**
     * Runs a read that may be up to one second old. An empty result is read again on the primary, which has newer rows. Throws
     * DatabaseUnavailable at the deadline, also if a replica and then the primary do not respond.
     */
    run(statement, values, deadline = new Deadline()) {
        return deadline.limit(this.runOnAny(statement, values, deadline));
    }
    async runOnAny(statement, values, deadline) {
        const fresh = this.replicas.filter(({ isFresh }) => isFresh);
        this.turn = (this.turn + 1) % Math.max(fresh.length, 1);
        const replica = fresh[this.turn];
        if (!replica)
            return this.runOnPrimary(statement, values);
        try {
            const rows = await this.database.runOn(replica.pool, statement, values);
            if (rows.length > 0)
                return rows;
        }
        catch (error) {
            // A statement that times out here would time out on the primary too.
            if (!(error instanceof DatabaseUnavailable) || isStatementTimeout(error))
                throw error;
            replica.markStale();
            deadline.check();
        }
        return this.runOnPrimary(statement, values);
    }
    /** Runs a read on the primary. */
    runOnPrimary(statement, values) {
        return this.database.runOn(this.primary, statement, values);
    }
    onApplicationBootstrap() {
        if (this.replicas.length > 0)
            this.polling = this.poll();
    }
    async onModuleDestroy() {
        this.stop.abort();
        await this.polling;
        await Promise.all([this.primary, ...this.replicas.map(({ pool }) => pool)].map((pool) => pool.end()));
    }
    /** Records the primary's position, and checks which of its recent positions each replica has reached. */
    async poll() {
        const marks = [];
        while (!this.stop.signal.aborted) {
            const atMs = performance.now();
            const [primary] = await this.database.run(selectPosition, []).catch(() => []);
            const position = primary && parseWalPosition(primary.lsn);
            if (position !== undefined)
                marks.push({ atMs, position });
            while (marks[0] && marks[0].atMs < atMs - maxLagMs)
                marks.shift();
            // Not awaited, because a replica that does not respond must not delay the others.
            for (const replica of this.replicas)
                void this.update(replica, [...marks], position);
            await sleep(pollIntervalMs, undefined, { signal: this.stop.signal }).catch(() => undefined);
        }
    }
    async update(replica, marks, primary) {
        const wasFresh = replica.isFresh;
        const replayed = await replica.replayed(primary);
        const mark = marks.findLast(({ position }) => replayed !== undefined && position <= replayed);
        if (mark)
            replica.markFreshUntil(mark.atMs + maxLagMs);
        if (wasFresh !== replica.isFresh)
            new Logger('Replicas').warn(`${replica.name} is ${replica.isFresh ? 'in use' : 'not in use'}`);
    }
};
Replicas = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        DataSource,
        Environment])
], Replicas);
export { Replicas };
/** A streaming replica, with the time until which its data is fresh enough to read. */
class Replica {
    name;
    pool;
    freshUntilMs = 0;
    isPolling = false;
    /** The position of the last poll, and the start of the server that it is of. */
    last;
    /** The start of the server that was found to be ahead of the primary. */
    diverged;
    constructor(source, { host, port }) {
        this.name = `The replica at ${host}:${port}`;
        this.pool = openPool(source, { host, port, max: replicaPoolSize });
    }
    get isFresh() {
        return performance.now() < this.freshUntilMs;
    }
    markFreshUntil(ms) {
        this.freshUntilMs = Math.max(this.freshUntilMs, ms);
    }
    markStale() {
        this.freshUntilMs = 0;
    }
    /**
     * Returns the WAL position that was replayed; undefined if it is unknown, or the previous poll still runs.
     *
     * Also undefined if the position of the last poll is beyond that of the primary, which was asked after it. Then the primary was
     * restored, and the replica has what the primary does not. It is not used again before it restarts: the primary will pass its
     * position with other data.
     */
    async replayed(primary) {
        if (this.isPolling)
            return undefined;
        if (primary !== undefined && this.last && this.last.position > primary)
            this.diverged = this.last.start;
        this.isPolling = true;
        try {
            const { rows } = await this.pool.query(selectReplayed);
            const [{ lsn, start } = { lsn: null, start: '' }] = rows;
            if (lsn === null)
                return undefined;
            this.last = { position: parseWalPosition(lsn), start };
            if (this.diverged !== start)
                return this.last.position;
            this.markStale();
            return undefined;
        }
        catch {
            return undefined;
        }
        finally {
            this.isPolling = false;
        }
    }
}
/** Parses a WAL position such as `16/B374D848`: two hexadecimal halves of a 64-bit number. */
function parseWalPosition(lsn) {
    const [high = '', low = ''] = lsn.split('/');
    return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
//# sourceMappingURL=replicas.js.map