import pg from 'pg';

interface Servers {
  postgres: { host: string; port: number; user: string; password: string };
  redisUrl: string;
  redisDatabases: number;
  /** Variables that route the services through the servers of TEST_TOPOLOGY. */
  environment: Record<string, string>;
}

/** The PostgreSQL and the Redis that all tests share, as global-setup.js started them. */
export function servers(): Servers {
  return JSON.parse(process.env['TEST_SERVERS'] ?? '') as Servers;
}

/** The database and the cache that replicas of one service share. */
export interface Stores {
  database: string;
  redisUrl: string;
}

/** Option of createStores for a database without tables. */
export const empty = 'TEMPLATE template1';

/**
 * Creates stores for one test: a new database of PostgreSQL, whose name also begins the keys in Redis, and a database of Redis
 * other than 0.
 * @param options of CREATE DATABASE; by default the database has the tables, because to migrate it at each start takes time
 */
export async function createStores(options = 'TEMPLATE migrated'): Promise<Stores> {
  const postgres = await connect('postgres');
  const { rows } = await postgres.query<{ number: number }>(
    `SELECT nextval('test_number')::integer AS number`,
  );
  const number = rows[0]?.number ?? 0;
  await postgres.query(`CREATE DATABASE test_${number} ${options}`);
  await postgres.end();

  const { redisUrl: server, redisDatabases } = servers();
  const redisUrl = `${server}/${1 + (number % (redisDatabases - 1))}`;
  return { database: `test_${number}`, redisUrl };
}

/** Connects to a database directly, to inspect or disturb it. */
export async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({ ...servers().postgres, database });
  await client.connect();
  return client;
}
