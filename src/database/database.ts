import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { statementErrors } from '../telemetry/metrics.js';
import { SharedConnections } from './shared-connections.js';

/** PostgreSQL did not answer, or not in time; whether the statement took effect may be unknown. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('The database does not answer', { cause });
  }
}

/** One SQL statement; with a name, PostgreSQL parses and plans it once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  /** Whether it is a read so short that it may share a connection with others that are under way. */
  readonly isShort?: boolean;
}

/** Where statements run: on their own, or together in a transaction. */
export interface Session {
  /**
   * Runs one statement; returns its rows.
   * @throws DatabaseUnavailable where PostgreSQL is gone, frozen, full or locked
   */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;

  /** Runs a statement that always gives exactly one row, such as INSERT … RETURNING. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row>;
}

/**
 * Classes of SQLSTATE that tell of the server's state, not of the statement: connection, transaction rollback,
 * resources, state (a lock not got in time), operator intervention (shutdown, statement timeout), system error.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingFaults = new Set(['08', '40', '53', '55', '57', '58']);
const lockNotAvailable = '55P03';

/** Runs the repositories' statements on TypeORM's own pool. */
@Injectable()
export class Database implements Session, OnModuleDestroy {
  private readonly pool: Pool;
  private readonly shared: SharedConnections;

  /** How many statements and transactions are under way, or wait for a connection. */
  inFlight = 0;

  constructor(source: DataSource) {
    this.pool = (source.driver as PostgresDriver).master as Pool;
    // The pool hides its password from whoever lists its options.
    this.shared = new SharedConnections({ ...this.pool.options, password: this.pool.options.password });
  }

  /** How many connections of the pool work, are idle, and are waited for. */
  get connections() {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** Runs one statement in a transaction of its own, in one round trip. */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (statement.isShort) return this.runShared<Row>(statement, values);
    return this.withClient((session) => session.run<Row>(statement, values));
  }

  /** The same for a statement that gives exactly one row. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    return this.withClient((session) => session.runForOne<Row>(statement, values));
  }

  /** Runs several statements as one: all of them take effect, or none. */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.withClient(async (session) => {
      await session.run({ text: 'BEGIN' }, []);
      try {
        const result = await work(session);
        await session.run({ text: 'COMMIT' }, []);
        return result;
      } catch (error) {
        if (!isBroken(error)) await session.run({ text: 'ROLLBACK' }, []);
        throw error;
      }
    });
  }

  /** Ends the connections that are not of TypeORM's pool. */
  async onModuleDestroy(): Promise<void> {
    await this.shared.end();
  }

  private async runShared<Row>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    this.inFlight++;
    try {
      return (await this.shared.query({ ...(name !== undefined && { name }), text, values })) as Row[];
    } catch (error) {
      throw toldOf(error);
    } finally {
      this.inFlight--;
    }
  }

  private async withClient<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    this.inFlight++;
    try {
      return await this.withConnected(await this.connect(), work);
    } finally {
      this.inFlight--;
    }
  }

  private async withConnected<Result>(
    client: PoolClient,
    work: (session: ClientSession) => Promise<Result>,
  ): Promise<Result> {
    // A connection that is lost tells its statement, and emits an error besides, which nobody else would hear of.
    client.on('error', heard);
    try {
      const result = await work(new ClientSession(client));
      release(client, false);
      return result;
    } catch (error) {
      release(client, isBroken(error));
      throw error;
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw toldOf(error);
    }
  }
}

function heard(): void {
  return;
}

function release(client: PoolClient, isLost: boolean): void {
  client.off('error', heard);
  client.release(isLost);
}

/** Whether a write waited too long for a lock that another holds. */
export function isLockTimeout(error: unknown): boolean {
  return (
    error instanceof DatabaseUnavailable &&
    error.cause instanceof DatabaseError &&
    error.cause.code === lockNotAvailable
  );
}

class ClientSession implements Session {
  constructor(private readonly client: PoolClient) {}

  async run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    try {
      const { rows } = await this.client.query({ ...statement, values });
      return rows as Row[];
    } catch (error) {
      throw toldOf(error);
    }
  }

  async runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await this.run<Row>(statement, values);
    if (row === undefined) throw new Error(`No row from: ${statement.text}`);
    return row;
  }
}

/** Counts an error, and says of one that will pass that it will. */
function toldOf(error: unknown): unknown {
  statementErrors.inc({ sqlstate: error instanceof DatabaseError ? (error.code ?? 'none') : 'none' });
  return isPassing(error) ? new DatabaseUnavailable(error) : error;
}

/** Whether the statement can do nothing for the error. */
function isPassing(error: unknown): boolean {
  return !(error instanceof DatabaseError) || passingFaults.has(error.code?.slice(0, 2) ?? '');
}

/** An error that PostgreSQL itself reports leaves the connection in order; one of the connection does not. */
function isBroken(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && !(error.cause instanceof DatabaseError);
}
