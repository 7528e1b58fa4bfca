import { DatabaseError } from 'pg';
import { statementErrors } from '../observability/metrics.js';
/** PostgreSQL did not respond in time; whether the statement took effect may be unknown. */
export class DatabaseUnavailable extends Error {
    constructor(cause) {
        super('The database does not respond', { cause });
    }
}
/** A statement that must see the latest writes ran on a standby. */
export class StandbyError extends Error {
}
/**
 * SQLSTATE classes that describe the state of the server, not the statement: connection, authorization (a changed
 * password), unknown database, transaction rollback, resources, object state (a lock timeout), operator intervention
 * (shutdown, statement timeout), system error.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const transientClasses = new Set(['08', '28', '3D', '40', '53', '55', '57', '58']);
/** Returns the SQLSTATE of an error, as pg throws it or as DatabaseUnavailable; undefined if there is none. */
function sqlstate(error) {
    const cause = error instanceof DatabaseUnavailable ? error.cause : error;
    return cause instanceof DatabaseError ? cause.code : undefined;
}
/** Checks for a statement that timed out while it waited for a lock. */
export function isLockTimeout(error) {
    return sqlstate(error) === '55P03';
}
/** Checks for a server that accepts no writes: it is a standby, or default_transaction_read_only is on. */
function isReadOnly(error) {
    return (sqlstate(error) === '25006' ||
        (error instanceof DatabaseUnavailable && error.cause instanceof StandbyError));
}
/** Checks for a statement that exceeded statement_timeout. */
export function isStatementTimeout(error) {
    return sqlstate(error) === '57014';
}
/** Checks for a row whose parent was deleted meanwhile. */
export function isForeignKeyViolation(error) {
    return sqlstate(error) === '23503';
}
/** Checks for a value that a unique index does not allow, because another row has it. */
export function isUniqueViolation(error) {
    return sqlstate(error) === '23505';
}
/** SQLSTATE classes that a single row may cause: its data, a constraint, a deadlock, a limit of PostgreSQL, a lock. */
const classesOfOneItem = new Set(['22', '23', '40', '54', '55']);
/**
 * Checks for an error of a statement for many items that one of them may have caused. PostgreSQL reported it, so the statement was
 * rolled back, and each item can run again. A server that shuts down or is out of resources fails every item.
 */
export function concernsOneItem(error) {
    return classesOfOneItem.has(sqlstate(error)?.slice(0, 2) ?? '');
}
/** Counts and rethrows an error; an error of the server, not of the statement, becomes DatabaseUnavailable. */
export function throwDatabaseError(error) {
    const code = sqlstate(error);
    statementErrors.inc({ sqlstate: code ?? 'none' });
    const isTransient = !(error instanceof DatabaseError) || transientClasses.has(code?.slice(0, 2) ?? '');
    throw isTransient || isReadOnly(error) ? new DatabaseUnavailable(error) : error;
}
/**
 * Checks whether the connection must be closed. An error that PostgreSQL reports leaves its connection usable, except
 * for a read-only server: a new connection may lead to the new primary.
 */
export function isBroken(error) {
    if (!(error instanceof DatabaseUnavailable))
        return false;
    return !(error.cause instanceof DatabaseError) || isReadOnly(error);
}
//# sourceMappingURL=database-errors.js.map