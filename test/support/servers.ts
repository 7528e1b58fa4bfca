import { createClient } from '@redis/client';
import pg from 'pg';

import { eventually } from './eventually.js';

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

/** Creates stores for one test: a new database of PostgreSQL and an emptied database of Redis other than 0. */
export async function createStores(): Promise<Stores> {
  const postgres = await connect('postgres');
  const { rows } = await postgres.query<{ number: number }>(
    `SELECT nextval('test_number')::integer AS number`,
  );
  const number = rows[0]?.number ?? 0;
  await postgres.query(`CREATE DATABASE test_${number}`);
  await postgres.end();

  const { redisUrl: server, redisDatabases } = servers();
  const redisUrl = `${server}/${1 + (number % (redisDatabases - 1))}`;
  const redis = createClient({ url: redisUrl });
  await redis.connect();
  await redis.flushDb();
  await redis.disconnect();
  return { database: `test_${number}`, redisUrl };
}

/** Connects to a database directly, to inspect or disturb it. */
export async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({ ...servers().postgres, database });
  await client.connect();
  return client;
}

/** Waits until this many sessions of the database wait for a lock. */
export async function waitingForLock(database: string, sessions: number): Promise<void> {
  const observer = await connect(database);
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await eventually(async () => (await observer.query(sql)).rows.length === sessions);
  await observer.end();
}

/** Locks a ticket against writes; returns the function that unlocks it. */
export async function lockTicket(database: string, id: number): Promise<() => Promise<void>> {
  const holder = await connect(database);
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [id]);
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}
