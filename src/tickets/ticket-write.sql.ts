import type { WriteContext } from '../api/write-context.js';
import { isVisibleTo } from '../database/addresses.sql.js';
import type { TicketStatus } from './ticket.entity.js';
import type { TicketSnapshot } from './transition-policy.js';

/** How a write treats a ticket that another session has locked: it waits for the lock, or skips the ticket. */
export type Lock = 'wait' | 'skip';

/** A write of a ticket: its id, the statuses that allow the write, the versions of If-Match if there are any, and the actor. */
export interface TicketWrite {
  id: number;
  statuses: readonly TicketStatus[];
  versions: readonly number[] | undefined;
  actor: string | undefined;
  /** The address of a requester, who may change only tickets of this address; undefined for the team. */
  requester: string | undefined;
}

/** Returns the write of a ticket that the caller asks for. */
export function ticketWrite(
  id: number,
  statuses: readonly TicketStatus[],
  { versions, actor, reader }: WriteContext,
): TicketWrite {
  return { id, statuses, versions, actor, requester: reader.email };
}

/** The address of the requester of a write, or null for the team. The items of one statement have the same one. */
export const requesterOfItems = '(SELECT min(requester) FROM items)';

/**
 * The CTEs of every write: `items` has the rows of the JSON list $1, with the columns of TicketWrite and these; `locked` has the
 * tickets that the requester may see, locked in the order of their ids, as the write finds them, with their `lockedColumns`.
 */
export const lockTickets = (itemColumns: string, lock: Lock, lockedColumns = 'id, status, version') => `
  items AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1)
      AS item (id bigint, statuses ticket_status[], versions integer[], actor text, requester text, ${itemColumns})
  ), locked AS (
    SELECT ${lockedColumns} FROM ticket WHERE id = ANY (ARRAY(SELECT id FROM items))
      AND ${isVisibleTo(requesterOfItems)}
    ORDER BY id FOR NO KEY UPDATE ${lock === 'skip' ? 'SKIP LOCKED' : ''}
  )`;

/** The condition of every write: the locked ticket has one of the statuses, and one of the versions if there are any. */
export const isAllowed = `
  locked.status = ANY (items.statuses)
    AND (items.versions IS NULL OR locked.version = ANY (items.versions))`;

/** The tables and the condition of a write that changes all tickets for which it is allowed. */
export const ifAllowed = `FROM locked JOIN items USING (id) WHERE ticket.id = locked.id AND ${isAllowed}`;

/** A row of a write: the ticket as the write found it, and what the write changed, or nulls. */
export type WriteRow<Changed> = {
  found_id: number;
  found_status: TicketStatus;
  found_version: number;
  found_assignee?: string | null;
} & (Changed | Record<keyof Changed, null>);

/** The result of a write: the ticket as it was found, and what was changed. Both are undefined if there is no such ticket. */
export interface WriteResult<Changed> {
  found: TicketSnapshot | undefined;
  changed: Changed | undefined;
}

/** The result of a write whose ticket does not exist. */
export const notFound = { found: undefined, changed: undefined };

/** Returns the results in the order of the items; undefined for a ticket that was skipped or does not exist. */
export function writeResults<Changed extends { id: number }>(
  items: readonly TicketWrite[],
  rows: readonly WriteRow<Changed>[],
): (WriteResult<Changed> | undefined)[] {
  const found = new Map(rows.map(({ found_id, ...row }) => [found_id, row]));
  return items.map(({ id }) => {
    const row = found.get(id);
    if (!row) return undefined;
    const { found_status: status, found_version: version, found_assignee: assignee, ...changed } = row;
    const isChanged = changed.id !== null;
    return {
      found: { status, version, assignee },
      changed: isChanged ? (changed as unknown as Changed) : undefined,
    };
  });
}
