import { join } from 'node:path';

import type { ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';

import { timestampParser } from './timestamp-parser.js';
import type { PostgresServer } from './postgres-server.js';

/** The compiled project: dist/ */
const root = join(import.meta.dirname, '../..');

/** A call that takes one statement, as nearly all do, is answered within what these allow together: below 3 s. */
const connectTimeoutMs = 1_000;
const statementTimeoutMs = 1_500;
const lockTimeoutMs = 1_000;

/** How long a start waits for a connection to a PostgreSQL that has much to do. */
const startConnectTimeoutMs = 10_000;

/** Well below what a call waits for a lock: who waits behind a migration is still served. */
const migrationLockTimeoutMs = 300;

/** What the service and its migrations share. The schema comes from the migrations alone, never from entities. */
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

/** The service's own pool: every statement is bounded in time, on the server and, were it frozen, here. */
export function serviceOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    poolSize: 10,
    extra: {
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 250,
      keepAlive: true,
      types: timestampParser,
      onConnect: ignoreConnectionErrors,
    },
  } as const satisfies DataSourceOptions;
}

/**
 * A lost connection tells its statement, or the pool. It emits an error besides, which ends the process where nobody
 * listens: as it can be lost before whoever asked for it has it, that is heard from its first moment.
 */
function ignoreConnectionErrors(client: ClientBase): void {
  client.on('error', () => undefined);
}

/** The migrations' connections: a migration may take as long as it takes, but not keep others waiting for its locks. */
export function migrationOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    // A start is in no hurry.
    connectTimeoutMS: startConnectTimeoutMs,
    poolSize: 2,
    extra: { lock_timeout: migrationLockTimeoutMs },
    entities: [join(root, 'src/**/*.entity.js')],
    migrations: [join(root, 'migrations/*.js')],
    migrationsTransactionMode: 'each',
  } as const satisfies DataSourceOptions;
}
