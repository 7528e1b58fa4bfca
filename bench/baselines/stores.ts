import { createClient, type RedisClientType } from '@redis/client';
import pg, { type ClientConfig } from 'pg';

const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, REDIS_URL } =
  process.env;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The PostgreSQL that the bench names, as it does for the service. */
export const postgres = {
  host: POSTGRES_HOST,
  port: Number(POSTGRES_PORT),
  user: POSTGRES_USER,
  password: POSTGRES_PASSWORD,
  database: POSTGRES_DB,
} as ClientConfig;

/** Its Redis. */
export async function connectRedis(): Promise<RedisClientType> {
  const redis: RedisClientType = createClient({ url: REDIS_URL ?? '' });
  await redis.connect();
  return redis;
}

/** Says where a baseline listens, as the service does. */
export function announce(port: number): void {
  console.log(`Listens on http://localhost:${port},`);
}
