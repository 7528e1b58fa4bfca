import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@redis/client';
import pg from 'pg';

import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { seededTickets } from './calls.js';

/** What a contestant is given: stores that no other one has. */
export interface Stores {
  environment: Record<string, string>;
  database: string;
  redisUrl: string;
}

/** The PostgreSQL and the Redis that all contestants share. */
export class Servers {
  private constructor(
    private readonly postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>,
    private readonly redis: { url: string; stop: () => void },
    private readonly folder: string,
  ) {}

  /**
   * Starts both, with all of PostgreSQL's durability, and its count of statements.
   * @param further what postgresql.conf would say besides
   */
  static async start(further: Record<string, string> = {}): Promise<Servers> {
    const folder = await mkdtemp(join(tmpdir(), 'ticket-bench-'));
    const settings = { shared_preload_libraries: 'pg_stat_statements', max_connections: '200', ...further };
    const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), settings);
    // The tests start Redis by a module that is no TypeScript.
    const support = new URL('../../test/support/redis.js', import.meta.url).href;
    const { startRedis } = (await import(support)) as { startRedis: () => Promise<Servers['redis']> };
    const servers = new Servers(postgres, await startRedis(), folder);
    const admin = await servers.connect('postgres');
    await admin.query('CREATE EXTENSION pg_stat_statements');
    await admin.end();
    return servers;
  }

  /** Makes a database, still empty, and names a database of Redis. */
  async createStores(number: number): Promise<Stores> {
    const database = `bench_${number}`;
    const admin = await this.connect('postgres');
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.end();
    const redisUrl = `${this.redis.url}/${number}`;
    const { host, port, user, password } = this.postgres;
    const environment = {
      PORT: '0',
      SECRET_KEY: 'a key of the bench, long enough to pass',
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: database,
      REDIS_URL: redisUrl,
      // The baselines write no line of a request either; what those cost is measured besides.
      LOG_LEVEL: 'warn',
    };
    return { environment, database, redisUrl };
  }

  /** Fills the tables, once the migrations have made them. */
  async seed({ database }: Stores): Promise<void> {
    await this.run(
      database,
      `INSERT INTO ticket (theme, text, email, created_at)
       SELECT 'Invoice ' || n || ' is wrong', 'It lists the same item twice.', 'ada@example.com',
         now() - (${seededTickets} - n) * interval '1 second'
       FROM generate_series(1, ${seededTickets}) AS n`,
    );
    await this.run(database, 'VACUUM ANALYZE');
  }

  /** Runs SQL beside the contestants. */
  async run(database: string, sql: string): Promise<void> {
    await this.query(database, sql);
  }

  /** The same, for what it returns. */
  async query<Row extends pg.QueryResultRow>(database: string, sql: string): Promise<pg.QueryResult<Row>> {
    const client = await this.connect(database);
    try {
      return await client.query<Row>(sql);
    } finally {
      await client.end();
    }
  }

  /** How PostgreSQL does the statements that it was asked to run on the tables, whatever their values. */
  async plans(database: string): Promise<Record<string, string[]>> {
    const { rows } = await this.query<{ query: string }>(
      'postgres',
      `SELECT DISTINCT query FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
       WHERE datname = '${database}' AND calls >= 20 AND query !~ '^ *EXPLAIN' AND query ~ 'ticket|event|comment' AND query ~ '[$]1'`,
    );
    const plans: Record<string, string[]> = {};
    for (const { query } of rows) {
      const explained = this.query<{ 'QUERY PLAN': string }>(database, `EXPLAIN (GENERIC_PLAN) ${query}`);
      // Some cannot be planned as they were counted: without their constants the types of their parameters are unknown.
      const plan = await explained.catch(() => undefined);
      if (plan) plans[query.trim()] = plan.rows.map((row) => row['QUERY PLAN']);
    }
    return plans;
  }

  /** Empties the cache of a contestant. */
  async flushCache({ redisUrl }: Stores): Promise<void> {
    const redis = createClient({ url: redisUrl });
    await redis.connect();
    await redis.flushDb();
    await redis.disconnect();
  }

  /** How many statements a database has been asked to run so far. */
  async statements(database: string): Promise<number> {
    const client = await this.connect('postgres');
    const { rows } = await client.query<{ calls: string }>(
      `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
       JOIN pg_database ON pg_database.oid = dbid WHERE datname = $1`,
      [database],
    );
    await client.end();
    return Number(rows[0]?.calls);
  }

  async stop(): Promise<void> {
    this.redis.stop();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true });
  }

  private async connect(database: string): Promise<pg.Client> {
    const { host, port, user, password } = this.postgres;
    const client = new pg.Client({ host, port, user, password, database });
    await client.connect();
    return client;
  }
}
