import { join } from 'node:path';

import type { ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';

import type { PostgresServer } from './postgres-server.js';
import { timestampParser } from './timestamp-parser.js';

/** Root of the compiled project: dist/ */
const root = join(import.meta.dirname, '../..');

/** Time limit of one statement of the service, chosen so that a request with one statement gets a response within 3 s. */
export const statementTimeoutMs = 1_500;

/** Margin after which the client gives up on a server that did not cancel the statement itself. */
export const queryTimeoutMarginMs = 250;

/** Options of the service and of its migrations. The schema comes from migrations alone, never from entities. */
function sharedOptions(server: PostgresServer) {
  return {
    ...server.options,
    type: 'postgres',
    applicationName: 'ticket-system',
    connectTimeoutMS: 1_000,
    parseInt8: true,
    installExtensions: false,
    synchronize: false,
  } as const satisfies DataSourceOptions;
}

/** Options of the service's pool. Every statement has a time limit on the server, and on the client for a frozen server. */
export function serviceOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    // Two statements of each of the four batches and two of their items that run alone, or four transactions with an Idempotency-Key.
    poolSize: 16,
    extra: {
      statement_timeout: statementTimeoutMs,
      lock_timeout: 1_000,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + queryTimeoutMarginMs,
      keepAlive: true,
      types: timestampParser,
      // A lost connection fails its statement or informs the pool, but also emits an error event, which would end the
      // process before the pool's own listener is there.
      onConnect: (client: ClientBase) => client.on('error', () => undefined),
    },
  } as const satisfies DataSourceOptions;
}

/** Options of the migrations: a migration may run for long, but must not block others while it waits for a lock. */
export function migrationOptions(server: PostgresServer) {
  return {
    ...sharedOptions(server),
    // PostgreSQL may be busy at start.
    connectTimeoutMS: 10_000,
    poolSize: 2,
    // Less than the lock_timeout of the service, so that requests which wait behind a migration still succeed.
    extra: { lock_timeout: 300 },
    entities: [join(root, 'src/**/*.entity.js')],
    migrations: [join(root, 'migrations/*.js')],
    migrationsTransactionMode: 'each',
  } as const satisfies DataSourceOptions;
}
