import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@redis/client';
import pg from 'pg';

import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { cpuMsOfFamily } from './processes.js';
import { seededTickets } from './scenarios.js';

/** The stores of one target, with the environment that names them. */
export interface Stores {
  environment: Record<string, string>;
  database: string;
  redisUrl: string;
}

/** PostgreSQL and Redis, which all targets share. */
export class Servers {
  private constructor(
    private readonly postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>,
    private readonly redis: { url: string; stop: () => void },
    private readonly folder: string,
  ) {}

  /**
   * Starts both servers. PostgreSQL has full durability and counts its statements.
   * @param settings further settings of postgresql.conf
   */
  static async start(settings: Record<string, string> = {}): Promise<Servers> {
    const folder = await mkdtemp(join(tmpdir(), 'ticket-bench-'));
    const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), {
      shared_preload_libraries: 'pg_stat_statements',
      max_connections: '200',
      ...settings,
    });
    // A dynamic import, because this module of the tests is JavaScript without types.
    const support = new URL('../../test/support/redis.js', import.meta.url).href;
    const { startRedis } = (await import(support)) as { startRedis: () => Promise<Servers['redis']> };
    const servers = new Servers(postgres, await startRedis(), folder);
    const admin = await servers.connect('postgres');
    await admin.query('CREATE EXTENSION pg_stat_statements');
    await admin.end();
    return servers;
  }

  /** CPU time that PostgreSQL has used. */
  get postgresCpuMs(): number {
    const pidFile = join(this.folder, 'postgres/postmaster.pid');
    return cpuMsOfFamily(Number.parseInt(readFileSync(pidFile, 'utf8')));
  }

  /** Creates an empty database and chooses a database of Redis. */
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
    };
    return { environment, database, redisUrl };
  }

  /** Inserts the tickets into migrated tables. */
  async seed({ database }: Stores): Promise<void> {
    await this.query(
      database,
      `INSERT INTO ticket (theme, text, email, created_at)
       SELECT 'Invoice ' || n || ' is wrong', 'It lists the same item twice.', 'ada@example.com',
         now() - (${seededTickets} - n) * interval '1 second'
       FROM generate_series(1, ${seededTickets}) AS n`,
    );
    await this.query(database, 'VACUUM ANALYZE');
  }

  /** Runs SQL on a new connection. */
  async query<Row extends pg.QueryResultRow>(
    database: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    const client = await this.connect(database);
    try {
      return await client.query<Row>(sql, values);
    } finally {
      await client.end();
    }
  }

  /** Returns the generic plans of the frequent statements on the tables, by statement. */
  async plans(database: string): Promise<Record<string, string[]>> {
    const { rows } = await this.query<{ query: string }>(
      'postgres',
      `SELECT DISTINCT query FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
       WHERE datname = '${database}' AND calls >= 20 AND query !~ '^ *EXPLAIN' AND query ~ 'ticket|event|comment' AND query ~ '[$]1'`,
    );
    const plans: Record<string, string[]> = {};
    for (const { query } of rows) {
      const explained = this.query<{ 'QUERY PLAN': string }>(database, `EXPLAIN (GENERIC_PLAN) ${query}`);
      // Statements are counted without their constants, so the parameter types of some are unknown and they have no plan.
      const plan = await explained.catch(() => undefined);
      if (plan) plans[query.trim()] = plan.rows.map((row) => row['QUERY PLAN']);
    }
    return plans;
  }

  /** Empties the cache of a target. */
  async flushCache({ redisUrl }: Stores): Promise<void> {
    const redis = createClient({ url: redisUrl });
    await redis.connect();
    await redis.flushDb();
    await redis.disconnect();
  }

  /** Counts the statements that a database has run so far. */
  async countStatements(database: string): Promise<number> {
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
