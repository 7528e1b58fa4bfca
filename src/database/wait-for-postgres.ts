import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import pg from 'pg';

import { errorMessage } from '../observability/error-message.js';
import type { PostgresServer } from './postgres-server.js';

const attempts = 30;
const pauseMs = 1_000;

/**
 * Waits for a PostgreSQL that is still starting, as in a deployment where all starts at once.
 * @throws the last error in one line: after 30 attempts, which is half a minute where connections are refused, or at once
 * where waiting can't help (a wrong password)
 */
export async function waitForPostgres({ options }: PostgresServer): Promise<void> {
  const { host, port, username: user, password, database } = options;
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ host, port, user, password, database, connectionTimeoutMillis: pauseMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const fault = `PostgreSQL at ${host}:${port}: ${errorMessage(error)}`;
      if (attempt === attempts || isRefusal(error)) throw new Error(fault, { cause: error });
      new Logger('Database').warn(`${fault}; trying again`);
      await sleep(pauseMs);
    }
  }
}

/** SQLSTATE class 28 (wrong user or password) and 3D (no such database). */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(28|3D)/.test(error.code ?? '');
}
