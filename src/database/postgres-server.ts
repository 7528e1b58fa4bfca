import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';

import type { Environment } from '../config/environment.js';
import { errorMessage } from '../observability/error-message.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

/** Data directory of the embedded PostgreSQL, relative to the working directory. */
const embeddedData = '.data/postgres';

const connectAttempts = 30;
const connectPauseMs = 1_000;

/** Connection options of PostgreSQL, with a function that stops the embedded server. */
export interface PostgresServer {
  options: Pick<
    DataSourceOptions & { type: 'postgres' },
    'host' | 'port' | 'username' | 'password' | 'database'
  >;
  stop: () => Promise<void>;
}

/** Returns the server that the environment names, or starts the embedded one. */
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

/**
 * Waits for a PostgreSQL that is still starting, because a deployment may start everything at once.
 * @throws Error with the last error in one line: after 30 attempts (about 30 s where connections are refused), or at
 * once where waiting cannot help, such as for a wrong password
 */
export async function waitForPostgres({ options }: PostgresServer): Promise<void> {
  const { host, port, username: user, password, database } = options;
  const connectionTimeoutMillis = connectPauseMs;
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ host, port, user, password, database, connectionTimeoutMillis });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const message = `PostgreSQL at ${host}:${port}: ${errorMessage(error)}`;
      if (attempt === connectAttempts || isRejection(error)) throw new Error(message, { cause: error });
      new Logger('Database').warn(`${message}; trying again`);
      await sleep(connectPauseMs);
    }
  }
}

/** Checks for SQLSTATE class 28 (wrong user or password) and 3D (unknown database). */
function isRejection(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(28|3D)/.test(error.code ?? '');
}
