import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';

import { Environment } from '../config/environment.js';
import { asDatabaseError, isBroken, isReadOnly } from './database-errors.js';
import { connectionOptions, getPool } from './pool.js';
import { PipelinedConnections } from './pipelined-connections.js';

/** One SQL statement; with a name, PostgreSQL parses and plans it once for each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  /** Whether it is a read so short that it may share a connection with others that are under way. */
  readonly isShort?: boolean;
}

/** Where statements run: on their own, or together in a transaction. */
export interface Transaction {
  /**
   * Runs one statement; returns its rows.
   * @throws DatabaseUnavailable where PostgreSQL is gone, frozen, full or locked
   */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;

  /** Runs a statement that always gives exactly one row, such as INSERT … RETURNING. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row>;
}

/** Runs the repositories' statements on TypeORM's own pool. */
@Injectable()
export class Database implements Transaction, OnModuleDestroy {
  private readonly pool: Pool;
  private readonly shared: PipelinedConnections;

  /** How many statements and transactions are under way, or wait for a connection. */
  inFlight = 0;

  constructor(
    source: DataSource,
    private readonly environment: Environment,
  ) {
    this.pool = getPool(source);
    this.shared = new PipelinedConnections(connectionOptions(this.pool));
  }

  /** How many connections of the pool work, are idle, and are waited for. */
  get connections() {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** Whether MAX_IN_FLIGHT statements and transactions are under way. */
  get isSaturated(): boolean {
    return this.inFlight >= this.environment.MAX_IN_FLIGHT;
  }

  /** Runs one statement in a transaction of its own, in one round trip. */
  run<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (statement.isShort && this.environment.POSTGRES_NAMED_STATEMENTS)
      return this.runShared<Row>(statement, values);
    return this.withClient((session) => session.run<Row>(statement, values));
  }

  /** The same on another server, through its pool. */
  runOn<Row>(pool: Pool, statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.withClient((session) => session.run<Row>(statement, values), pool);
  }

  /** The same for a statement that gives exactly one row. */
  runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    return this.withClient((session) => session.runForOne<Row>(statement, values));
  }

  /** Runs several statements as one: all of them take effect, or none. */
  transaction<Result>(work: (session: Transaction) => Promise<Result>): Promise<Result> {
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
      throw asDatabaseError(error);
    } finally {
      this.inFlight--;
    }
  }

  private async withClient<Result>(
    work: (session: ClientTransaction) => Promise<Result>,
    pool = this.pool,
  ): Promise<Result> {
    this.inFlight++;
    try {
      return await this.withConnected(await connect(pool), work);
    } finally {
      this.inFlight--;
    }
  }

  private async withConnected<Result>(
    client: PoolClient,
    work: (session: ClientTransaction) => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await work(new ClientTransaction(client, this.environment));
      client.release();
      return result;
    } catch (error) {
      client.release(isBroken(error));
      // Reads would never be told, and stay with a server that another has taken over from.
      if (isReadOnly(error)) void this.shared.end();
      throw error;
    }
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asDatabaseError(error);
  }
}

class ClientTransaction implements Transaction {
  constructor(
    private readonly client: PoolClient,
    private readonly environment: Environment,
  ) {}

  async run<Row>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const isNamed = name !== undefined && this.environment.POSTGRES_NAMED_STATEMENTS;
    try {
      const { rows } = await this.client.query({ ...(isNamed && { name }), text, values });
      return rows as Row[];
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  async runForOne<Row>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await this.run<Row>(statement, values);
    if (row === undefined) throw new Error(`No row from: ${statement.text}`);
    return row;
  }
}
