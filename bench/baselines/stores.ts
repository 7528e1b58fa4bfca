import { createClient, type RedisClientType } from '@redis/client';
import pg, { type ClientConfig } from 'pg';

const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = process.env;
const { REDIS_URL = '', TICKET_COLUMNS = '' } = process.env;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Columns of a ticket in a list, as the service shows them: `id, theme, …`. */
export const ticketColumns = TICKET_COLUMNS;

/** Connection options of PostgreSQL, from the same variables as the service's. */
export const postgres = {
  host: POSTGRES_HOST,
  port: Number(POSTGRES_PORT),
  user: POSTGRES_USER,
  password: POSTGRES_PASSWORD,
  database: POSTGRES_DB,
} as ClientConfig;

export async function connectRedis(): Promise<RedisClientType> {
  const redis: RedisClientType = createClient({ url: REDIS_URL });
  await redis.connect();
  return redis;
}

/** Prints the URL of a baseline as the service does. It is the only line: the baselines write no log. */
export function announce(port: number): void {
  console.log(`Listens on http://localhost:${port},`);
}
