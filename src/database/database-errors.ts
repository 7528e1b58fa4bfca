import { DatabaseError } from 'pg';

import { statementErrors } from '../observability/metrics.js';

/** Error where PostgreSQL did not respond in time; whether the statement took effect may be unknown. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('The database does not respond', { cause });
  }
}

/**
 * SQLSTATE classes that describe the state of the server, not the statement: connection, authorization (a changed
 * password), unknown database, transaction rollback, resources, object state (a lock timeout), operator intervention
 * (shutdown, statement timeout), system error.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const transientClasses = new Set(['08', '28', '3D', '40', '53', '55', '57', '58']);
const readOnlyTransaction = '25006';
const lockNotAvailable = '55P03';
const queryCanceled = '57014';

/** Checks for a write that timed out while it waited for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && isLockNotAvailable(error.cause);
}

/** Checks for a lock timeout as pg throws it, before it becomes DatabaseUnavailable. */
export function isLockNotAvailable(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === lockNotAvailable;
}

/** Checks for a server that accepts no writes: it is a standby, or default_transaction_read_only is on. */
export function isReadOnly(error: unknown): boolean {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  return cause instanceof DatabaseError && cause.code === readOnlyTransaction;
}

/** Checks for a statement that exceeded statement_timeout. */
export function isStatementTimeout({ cause }: DatabaseUnavailable): boolean {
  return cause instanceof DatabaseError && cause.code === queryCanceled;
}

/** Counts and rethrows an error; an error of the server, not of the statement, becomes DatabaseUnavailable. */
export function throwDatabaseError(error: unknown): never {
  statementErrors.inc({ sqlstate: error instanceof DatabaseError ? (error.code ?? 'none') : 'none' });
  throw isTransient(error) ? new DatabaseUnavailable(error) : error;
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return isReadOnly(error) || transientClasses.has(error.code?.slice(0, 2) ?? '');
}

/**
 * Checks whether the connection must be closed. An error that PostgreSQL reports leaves its connection usable, except
 * for a read-only server: a new connection may lead to the new primary.
 */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof DatabaseUnavailable)) return false;
  return !(error.cause instanceof DatabaseError) || isReadOnly(error);
}
