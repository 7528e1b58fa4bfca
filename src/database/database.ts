import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import pg, { type Pool, type PoolClient, type PoolConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { Environment } from '../config/environment.js';
import { isBroken, isReadOnly, StandbyError, throwDatabaseError } from './database-errors.js';
import { PipelinedConnections } from './pipelined-connections.js';
import { parseStateReport, type StateReport } from './state-report.js';

/** One SQL statement; with a name, PostgreSQL parses and plans it once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  /** True for a read that is short enough to share a pipelined connection with other reads. */
  readonly isShort?: boolean;
}

/** Runs statements, either each on its own or together in one transaction. */
export interface Transaction {
  /** Runs one statement; throws DatabaseUnavailable if PostgreSQL does not respond in time, or a lock timed out. */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;

  /** Runs a statement that always returns exactly one row, such as INSERT … RETURNING. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row>;
}

/** Runs the repositories' statements on TypeORM's own pool. */
@Injectable()
export class Database implements Transaction, OnModuleDestroy {
  private readonly pool: Pool;
  private readonly pipelined: PipelinedConnections;

  /** Receives the reports of statements with `stateReport`, and when each statement began, by performance.now(). */
  onStateReport: (report: StateReport, begunAt: number) => void = () => undefined;

  /** Number of statements and transactions of the process that run on PostgreSQL or wait for a connection. */
  inFlight = 0;

  constructor(
    source: DataSource,
    private readonly environment: Environment,
  ) {
    this.pool = getPool(source);
    this.pipelined = new PipelinedConnections(connectionOptions(source));
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
    if (!statement.isShort || !this.environment.POSTGRES_NAMED_STATEMENTS)
      return this.runOn<Row>(this.pool, statement, values);
    const query = { name: statement.name, text: statement.text, values };
    return this.count(async () => {
      const begunAt = performance.now();
      const rows = await this.pipelined.query(query).catch(throwDatabaseError);
      try {
        return this.takeReport<Row>(rows, begunAt);
      } catch (error) {
        void this.pipelined.end();
        throw error;
      }
    });
  }

  /** Runs one statement on a server, through its pool. */
  runOn<Row>(pool: Pool, statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.withClient((client) => client.run<Row>(statement, values), pool);
  }

  /** Runs a statement that returns exactly one row. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    return this.withClient((client) => client.runForOne<Row>(statement, values));
  }

  /** Runs several statements in one transaction. */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    pool = this.pool,
  ): Promise<Result> {
    return this.withClient(async (client) => {
      await client.run({ text: 'BEGIN' }, []);
      try {
        const result = await work(client);
        await client.run({ text: 'COMMIT' }, []);
        return result;
      } catch (error) {
        if (!isBroken(error)) await client.run({ text: 'ROLLBACK' }, []);
        throw error;
      }
    }, pool);
  }

  /** Closes the pipelined connections; TypeORM closes those of its pool. */
  async onModuleDestroy(): Promise<void> {
    await this.pipelined.end();
  }

  private withClient<Result>(work: (client: Transaction) => Promise<Result>, pool = this.pool) {
    return this.count(async () => {
      const client = await pool.connect().catch(throwDatabaseError);
      try {
        const result = await work(new ClientTransaction(client, this.environment, this.takeReport));
        client.release();
        return result;
      } catch (error) {
        client.release(isBroken(error));
        // Pipelined reads never see this error, so they would stay connected to a server that is no longer the primary.
        if (isReadOnly(error) && pool === this.pool) void this.pipelined.end();
        throw error;
      }
    });
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

function getPool(source: DataSource): Pool {
  return (source.driver as PostgresDriver).master as Pool;
}

/** Opens another pool like that of the service. */
export function openPool(source: DataSource, options: PoolConfig): Pool {
  const pool = new pg.Pool({ ...connectionOptions(source), ...options });
  // The pool replaces an idle connection that is lost; the error event would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Returns the connection options of the pool, to open further connections like its own. */
function connectionOptions(source: DataSource): PoolConfig {
  const { options } = getPool(source);
  // The pool makes the password non-enumerable, so that logs do not show it.
  return { ...options, password: options.password };
}
