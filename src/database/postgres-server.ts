import type { DataSourceOptions } from 'typeorm';

import type { Environment } from '../config/environment.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

/** Where the embedded PostgreSQL keeps its data, below the folder that the service was started in. */
const embeddedData = '.data/postgres';

/** Which PostgreSQL to use, and what to end with the service. */
export interface PostgresServer {
  options: Pick<
    DataSourceOptions & { type: 'postgres' },
    'host' | 'port' | 'username' | 'password' | 'database'
  >;
  stop: () => Promise<void>;
}

/** Finds the server that the environment names, or starts the embedded one. */
export async function findPostgres(environment: Environment): Promise<PostgresServer> {
  const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD = '', POSTGRES_DB } = environment;
  if (POSTGRES_HOST === undefined) {
    const { host, port, user, password, stop } = await startEmbeddedPostgres(embeddedData);
    return { options: { host, port, username: user, password, database: 'postgres' }, stop };
  }
  return {
    options: {
      host: POSTGRES_HOST,
      port: POSTGRES_PORT,
      username: POSTGRES_USER,
      password: POSTGRES_PASSWORD,
      database: POSTGRES_DB,
    },
    stop: () => Promise.resolve(),
  };
}
