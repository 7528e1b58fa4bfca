import { DatabaseError } from 'pg';

import { statementErrors } from '../observability/metrics.js';

/** PostgreSQL did not answer, or not in time; whether the statement took effect may be unknown. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('The database does not answer', { cause });
  }
}

/**
 * Classes of SQLSTATE that tell of the server's state, not of the statement: connection, authorization (a password
 * that was changed), no such database, transaction rollback, resources, state (a lock not got in time), operator
 * intervention (shutdown, statement timeout), system error.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const transientClasses = new Set(['08', '28', '3D', '40', '53', '55', '57', '58']);
/** The server takes no writes: it is a standby by now, or has been told so. */
const readOnly = '25006';
const lockNotAvailable = '55P03';
const queryCanceled = '57014';

/** Whether a write waited too long for a lock that another holds. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && isLockNotAvailable(error.cause);
}

/** The same of an error as pg throws it. */
export function isLockNotAvailable(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === lockNotAvailable;
}

/** Whether the server takes no writes. */
export function isReadOnly(error: unknown): boolean {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  return cause instanceof DatabaseError && cause.code === readOnly;
}

/** Whether a statement itself took longer than it may. */
export function isStatementTimeout({ cause }: DatabaseUnavailable): boolean {
  return cause instanceof DatabaseError && cause.code === queryCanceled;
}

/** Counts an error; one that tells of the server, not of the statement, becomes DatabaseUnavailable. */
export function asDatabaseError(error: unknown): unknown {
  statementErrors.inc({ sqlstate: error instanceof DatabaseError ? (error.code ?? 'none') : 'none' });
  return isTransient(error) ? new DatabaseUnavailable(error) : error;
}

/** Whether the statement can do nothing for the error. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return isReadOnly(error) || transientClasses.has(error.code?.slice(0, 2) ?? '');
}

/**
 * Whether a connection is of no more use. An error that PostgreSQL itself reports leaves it in order, but for one: a new
 * connection may lead to the server that takes writes now.
 */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof DatabaseUnavailable)) return false;
  return !(error.cause instanceof DatabaseError) || isReadOnly(error);
}
