import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import pg, { type Pool, type PoolClient, type PoolConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { Environment } from '../config/environment.js';
import { Batch, type BatchStatement } from './batch.js';
import { queryTimeoutMarginMs, statementTimeoutMs } from './data-source-options.js';
import { isBroken, StandbyError, throwDatabaseError } from './database-errors.js';
import type { Deadline } from './deadline.js';
import { parseStateReport, type StateReport } from './state-report.js';

/** One SQL statement; with a name, PostgreSQL parses and plans it once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Runs statements, either each on its own or together in one transaction. */
export interface Transaction {
  /** Runs one statement; throws DatabaseUnavailable if PostgreSQL does not respond in time, or a lock timed out. */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;

  /** Runs a statement that always returns exactly one row, such as INSERT … RETURNING. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row>;
}

/** Runs work that uses connections; throws its error, or DatabaseUnavailable if it has not begun by the deadline. */
export type Bulkhead = <Result>(work: () => Promise<Result>, deadline: Deadline) => Promise<Result>;

/** Runs an item in a batch; throws its error, or DatabaseUnavailable if it has not been sent by the deadline. */
export type Batched<Item, Result> = (item: Item, deadline: Deadline) => Promise<Result>;

/** Runs the repositories' statements on TypeORM's own pool. */
@Injectable()
export class Database implements Transaction {
  private readonly pool: Pool;
  private readonly otherPools: Pool[] = [];

  /** Receives the reports of statements with `stateReport`, and when each statement began, by performance.now(). */
  onStateReport: (report: StateReport, begunAt: number) => void = () => undefined;

  /** Number of statements, transactions and items of batches of the process that run on PostgreSQL or wait for it. */
  inFlight = 0;

  constructor(
    source: DataSource,
    private readonly environment: Environment,
  ) {
    this.pool = (source.driver as PostgresDriver).master as Pool;
  }

  /**
   * Opens another pool like that of the service, for work that must not share its connections.
   * @param timeoutMs the time limit of a statement
   */
  openPool(options: PoolConfig, timeoutMs = statementTimeoutMs): Pool {
    const { options: shared } = this.pool;
    const limits = { statement_timeout: timeoutMs, query_timeout: timeoutMs + queryTimeoutMarginMs };
    // The pool makes the password non-enumerable, so that logs do not show it.
    const pool = new pg.Pool({ ...shared, password: shared.password, ...limits, ...options });
    // The pool replaces an idle connection that is lost; the error event would end the process.
    pool.on('error', () => undefined);
    this.otherPools.push(pool);
    return pool;
  }

  /** Closes the other pools when their last work has ended. */
  async closePools(): Promise<void> {
    await Promise.all(this.otherPools.map((pool) => pool.end()));
  }

  /** Number of connections in use, of idle connections, and of callers that wait for a connection. */
  get connections() {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** True while `inFlight` has reached MAX_IN_FLIGHT. */
  get isSaturated(): boolean {
    return this.inFlight >= this.environment.MAX_IN_FLIGHT;
  }

  /** Runs one statement in a transaction of its own, in one round trip. */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.runOn<Row>(this.pool, statement, values);
  }

  /** Runs one statement on a server, through its pool. */
  runOn<Row>(pool: Pool, statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.count(() => this.withClient((client) => client.run<Row>(statement, values), pool));
  }

  /** Runs a statement that returns exactly one row. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    return this.count(() => this.withClient((client) => client.runForOne<Row>(statement, values)));
  }

  /** Returns a function that runs an item in a batch. Each item counts as a statement in flight. */
  inBatches<Item, Result>(statement: BatchStatement<Item, Result, [Transaction]>): Batched<Item, Result> {
    const batch = new Batch<Item, Result>({
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
  bulkhead(most: number): Bulkhead {
    const limit = pLimit(most);
    return (work, deadline) =>
      this.count(() =>
        limit(() => {
          deadline.check();
          return work();
        }),
      );
  }

  /** Runs several statements in one transaction. */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    pool = this.pool,
  ): Promise<Result> {
    const inTransaction = async (client: Transaction) => {
      await client.run({ text: 'BEGIN' }, []);
      try {
        const result = await work(client);
        await client.run({ text: 'COMMIT' }, []);
        return result;
      } catch (error) {
        if (!isBroken(error)) await client.run({ text: 'ROLLBACK' }, []);
        throw error;
      }
    };
    return this.count(() => this.withClient(inTransaction, pool));
  }

  private async withClient<Result>(work: (client: Transaction) => Promise<Result>, pool = this.pool) {
    const client = await pool.connect().catch(throwDatabaseError);
    try {
      const result = await work(new ClientTransaction(client, this.environment, this.takeReport));
      client.release();
      return result;
    } catch (error) {
      client.release(isBroken(error));
      throw error;
    }
  }

  /** Takes the column of `stateReport` off the rows. Throws DatabaseUnavailable where it names a standby, whose data may be old. */
  private readonly takeReport = <Row>(rows: ReportedRow[], begunAt: number): Row[] => {
    if (rows[0]?.cache_state === undefined) return rows as Row[];
    const report = parseStateReport(rows[0].cache_state);
    if (report.isStandby) throwDatabaseError(new StandbyError('The server is a standby'));
    this.onStateReport(report, begunAt);
    // Left out of JSON. A copy would cost time, and so would an object that loses a property.
    for (const row of rows) row.cache_state = undefined;
    return rows as Row[];
  };

  private async count<Result>(work: () => Promise<Result>): Promise<Result> {
    this.inFlight++;
    try {
      return await work();
    } finally {
      this.inFlight--;
    }
  }
}

interface ReportedRow {
  cache_state?: string | undefined;
}

class ClientTransaction implements Transaction {
  constructor(
    private readonly client: PoolClient,
    private readonly environment: Environment,
    private readonly takeReport: <Row>(rows: ReportedRow[], begunAt: number) => Row[],
  ) {}

  async run<Row>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const query = { name: this.environment.POSTGRES_NAMED_STATEMENTS ? name : undefined, text, values };
    const begunAt = performance.now();
    const { rows } = await this.client.query<ReportedRow>(query).catch(throwDatabaseError);
    return this.takeReport<Row>(rows, begunAt);
  }

  async runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await this.run<Row>(statement, values);
    if (row === undefined) throw new Error(`The statement returned no row: ${statement.text}`);
    return row;
  }
}
