import { Injectable } from '@nestjs/common';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** PostgreSQL did not answer, or not in time; whether the statement took effect may be unknown. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('The database does not answer', { cause });
  }
}

/** One SQL statement; PostgreSQL parses and plans it once for each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Classes of SQLSTATE that tell of the server's state, not of the statement: connection, transaction rollback,
 * resources, state (a lock not got in time), operator intervention (shutdown, statement timeout), system error.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingFaults = new Set(['08', '40', '53', '55', '57', '58']);

/** Runs the repositories' statements on TypeORM's own pool, each in one round trip. */
@Injectable()
export class Database {
  private readonly pool: Pool;

  constructor(source: DataSource) {
    this.pool = (source.driver as PostgresDriver).master as Pool;
  }

  /**
   * Runs one statement in a transaction of its own.
   * @returns its rows
   * @throws DatabaseUnavailable where PostgreSQL is gone, frozen, full or locked
   */
  async run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const client = await this.connect();
    try {
      const { rows } = await client.query({ ...statement, values });
      client.release();
      return rows as Row[];
    } catch (error) {
      // An error that PostgreSQL itself reports leaves the connection in order; any other may not.
      client.release(!(error instanceof DatabaseError));
      throw isPassing(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  /** Runs a statement that always gives exactly one row, such as INSERT … RETURNING. */
  async runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await this.run<Row>(statement, values);
    if (row === undefined) throw new Error(`${statement.name} gave no row`);
    return row;
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new DatabaseUnavailable(error);
    }
  }
}

function isPassing(error: unknown): boolean {
  return !(error instanceof DatabaseError) || passingFaults.has(error.code?.slice(0, 2) ?? '');
}
