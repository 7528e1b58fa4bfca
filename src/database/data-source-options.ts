import { join } from 'node:path';

import type { ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';

import type { PostgresServer } from './postgres-server.js';
import { timestampParser } from './timestamp-parser.js';

/** Root of the compiled project: dist/ */
const root = join(import.meta.dirname, '../..');

/** Time limits of one statement, chosen so that a request with one statement is answered within 3 s. */
const connectTimeoutMs = 1_000;
const statementTimeoutMs = 1_500;
const lockTimeoutMs = 1_000;

/** Margin after which the client gives up on a server that did not cancel the statement itself. */
const queryTimeoutMarginMs = 250;

/** Time limit for a connection at start, when PostgreSQL may be busy. */
const startConnectTimeoutMs = 10_000;

/** Less than lockTimeoutMs, so that requests which wait behind a migration still succeed. */
const migrationLockTimeoutMs = 300;

/** Options of the service and of its migrations. The schema comes from migrations alone, never from entities. */
function sharedOptions(server: PostgresServer) {
  return {
    ...server.options,
    type: 'postgres',
    applicationName: 'ticket-system',
    connectTimeoutMS: connectTimeoutMs,
    parseInt8: true,
    installExtensions: false,
    synchronize: false,
  } as const satisfies DataSourceOptions;
}

/** Options of the service's pool. Every statement has a time limit on the server, and on the client for a frozen server. */
export function serviceOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    poolSize: 10,
    extra: {
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + queryTimeoutMarginMs,
      keepAlive: true,
      types: timestampParser,
      onConnect: ignoreConnectionErrors,
    },
  } as const satisfies DataSourceOptions;
}

/**
 * Listens for errors of a connection from its first moment. A lost connection fails its statement or informs the pool, but
 * also emits an error event, which would end the process before the pool's own listener is there.
 */
function ignoreConnectionErrors(client: ClientBase): void {
  client.on('error', () => undefined);
}

/** Options of the migrations: a migration may run for long, but must not block others while it waits for a lock. */
export function migrationOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    connectTimeoutMS: startConnectTimeoutMs,
    poolSize: 2,
    extra: { lock_timeout: migrationLockTimeoutMs },
    entities: [join(root, 'src/**/*.entity.js')],
    migrations: [join(root, 'migrations/*.js')],
    migrationsTransactionMode: 'each',
  } as const satisfies DataSourceOptions;
}
