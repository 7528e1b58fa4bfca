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
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { Batch } from './batch.js';
import { isBroken, StandbyError, throwDatabaseError } from './database-errors.js';
import { parseStateReport } from './state-report.js';
/** Runs the repositories' statements on TypeORM's own pool. */
let Database = class Database {
    environment;
    pool;
    /** Receives the reports of statements with `stateReport`, and when each statement began, by performance.now(). */
    onStateReport = () => undefined;
    /** Number of statements, transactions and items of batches of the process that run on PostgreSQL or wait for it. */
    inFlight = 0;
    constructor(source, environment) {
        this.environment = environment;
        this.pool = getPool(source);
    }
    /** Number of connections in use, of idle connections, and of callers that wait for a connection. */
    get connections() {
        const { totalCount, idleCount, waitingCount } = this.pool;
        return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
    }
    /** True while `inFlight` has reached MAX_IN_FLIGHT. */
    get isSaturated() {
        return this.inFlight >= this.environment.MAX_IN_FLIGHT;
    }
    /** Runs one statement in a transaction of its own, in one round trip. */
    run(statement, values) {
        return this.runOn(this.pool, statement, values);
    }
    /** Runs one statement on a server, through its pool. */
    runOn(pool, statement, values) {
        return this.count(() => this.withClient((client) => client.run(statement, values), pool));
    }
    /** Runs a statement that returns exactly one row. */
    runForOne(statement, values) {
        return this.count(() => this.withClient((client) => client.runForOne(statement, values)));
    }
    /** Returns a function that runs an item in a batch. Each item counts as a statement in flight. */
    inBatches(statement) {
        const batch = new Batch({
            together: (items) => this.withClient((client) => statement.together(items, client)),
            alone: (item) => this.withClient((client) => statement.alone(item, client)),
            ...(statement.sizeOf && { sizeOf: statement.sizeOf }),
        });
        return (item, deadline) => this.count(() => batch.run(item, deadline));
    }
    /**
     * Returns a function that runs at most `most` of its works at a time, so that they never take all connections. Work that waits
     * counts as in flight, and does not begin after its deadline.
     */
    bulkhead(most) {
        const limit = pLimit(most);
        return (work, deadline) => this.count(() => limit(() => {
            deadline.check();
            return work();
        }));
    }
    /** Runs several statements in one transaction. */
    transaction(work, pool = this.pool) {
        const inTransaction = async (client) => {
            await client.run({ text: 'BEGIN' }, []);
            try {
                const result = await work(client);
                await client.run({ text: 'COMMIT' }, []);
                return result;
            }
            catch (error) {
                if (!isBroken(error))
                    await client.run({ text: 'ROLLBACK' }, []);
                throw error;
            }
        };
        return this.count(() => this.withClient(inTransaction, pool));
    }
    async withClient(work, pool = this.pool) {
        const client = await pool.connect().catch(throwDatabaseError);
        try {
            const result = await work(new ClientTransaction(client, this.environment, this.takeReport));
            client.release();
            return result;
        }
        catch (error) {
            client.release(isBroken(error));
            throw error;
        }
    }
    /** Takes the column of `stateReport` off the rows. Throws DatabaseUnavailable where it names a standby, whose data may be old. */
    takeReport = (rows, begunAt) => {
        if (rows[0]?.cache_state === undefined)
            return rows;
        const report = parseStateReport(rows[0].cache_state);
        if (report.isStandby)
            throwDatabaseError(new StandbyError('The server is a standby'));
        this.onStateReport(report, begunAt);
        // Left out of JSON. A copy would cost time, and so would an object that loses a property.
        for (const row of rows)
            row.cache_state = undefined;
        return rows;
    };
    async count(work) {
        this.inFlight++;
        try {
            return await work();
        }
        finally {
            this.inFlight--;
        }
    }
};
Database = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [DataSource,
        Environment])
], Database);
export { Database };
class ClientTransaction {
    client;
    environment;
    takeReport;
    constructor(client, environment, takeReport) {
        this.client = client;
        this.environment = environment;
        this.takeReport = takeReport;
    }
    async run({ name, text }, values) {
        const query = { name: this.environment.POSTGRES_NAMED_STATEMENTS ? name : undefined, text, values };
        const begunAt = performance.now();
        const { rows } = await this.client.query(query).catch(throwDatabaseError);
        return this.takeReport(rows, begunAt);
    }
    async runForOne(statement, values) {
        const [row] = await this.run(statement, values);
        if (row === undefined)
            throw new Error(`The statement returned no row: ${statement.text}`);
        return row;
    }
}
function getPool(source) {
    return source.driver.master;
}
/** Opens another pool like that of the service. */
export function openPool(source, options) {
    const pool = new pg.Pool({ ...connectionOptions(source), ...options });
    // The pool replaces an idle connection that is lost; the error event would end the process.
    pool.on('error', () => undefined);
    return pool;
}
/** Returns the connection options of the pool, to open further connections like its own. */
function connectionOptions(source) {
    const { options } = getPool(source);
    // The pool makes the password non-enumerable, so that logs do not show it.
    return { ...options, password: options.password };
}
//# sourceMappingURL=database.js.map