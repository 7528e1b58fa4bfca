import { Injectable } from '@nestjs/common';

import { team, visibleTo, type Reader } from '../api/audience.js';
import type { WriteContext } from '../api/write-context.js';
import { Database, type Batched, type Transaction } from '../database/database.js';
import { DatabaseUnavailable, isUniqueViolation } from '../database/database-errors.js';
import { Deadline } from '../database/deadline.js';
import type { Run } from '../idempotency/idempotency.service.js';
import { ticketWords } from './search/search-text.sql.js';
import { changeTickets, type TicketChange, type TicketChangeItem } from './ticket-change.sql.js';
import type { CreateTicketDto } from './ticket.dto.js';
import type { TicketStatus } from './ticket.entity.js';
import { countByStatus, embeddedComments, idleBatchSize, insertTickets } from './ticket.sql.js';
import { selectComments, selectHolders, selectIdle, selectLastEvent, selectTickets } from './ticket.sql.js';
import type { TicketRow } from './ticket.sql.js';
import { notFound, ticketWrite, writeResults } from './ticket-write.sql.js';
import type { Lock, WriteResult, WriteRow } from './ticket-write.sql.js';

type NewTicket = CreateTicketDto &
  ReturnType<typeof ticketWords> & { actor: string | undefined; requester: string | undefined };

/** The result of a creation. Without a ticket and without `takenBy`, there is no ticket that the new one could follow. */
export interface CreateResult {
  created?: TicketRow | undefined;
  /** The ticket that has the external id. */
  takenBy?: number | undefined;
}

/** The result of a change. */
export interface ChangeResult extends WriteResult<TicketRow> {
  /** The ticket that has the external id. */
  takenBy?: number | undefined;
}

/** Runs the statements on single tickets. Those of the team that arrive together run together; a statement is for one reader. */
@Injectable()
export class TicketsRepository {
  private readonly creations: Batched<NewTicket, CreateResult>;
  private readonly reads: Batched<number, TicketRow | null>;
  private readonly changes: Batched<TicketChangeItem, WriteResult<TicketRow>>;

  constructor(private readonly database: Database) {
    this.creations = database.inBatches({
      together: (items, on) => createAll(items, 'skip', on),
      alone: createOne,
      sizeOf: ({ text }) => text.length,
    });
    this.reads = database.inBatches({
      together: (ids, on) => findAll(ids, team, on),
      alone: (id, on) => findOne(id, team, on),
    });
    this.changes = database.inBatches({
      together: (items, on) => changeAll(items, team, 'skip', on),
      alone: (item, on) => changeOne(item, team, on),
      sizeOf: ({ text = '' }) => text.length,
    });
  }

  /** Creates an opened ticket, in a transaction if there is one. */
  create(fields: CreateTicketDto, { actor, reader }: WriteContext, run: Run): Promise<CreateResult> {
    const item = { ...fields, ...ticketWords(fields), actor, requester: reader.email };
    return run.transaction ? createOne(item, run.transaction) : this.creations(item, run.deadline);
  }

  /** Returns the ticket with its first comments, from one snapshot; as a transaction sees it, if there is one. */
  async find(id: number, reader: Reader, transaction?: Transaction): Promise<TicketRow | undefined> {
    if (transaction) return (await findOne(id, reader, transaction)) ?? undefined;
    const deadline = new Deadline();
    const read = reader.audience === 'team' ? this.reads(id, deadline) : findOne(id, reader, this.database);
    return (await deadline.limit(read)) ?? undefined;
  }

  /** Changes a ticket if it is in one of `statuses`, and in one of the context's versions; in a transaction if there is one. */
  async change(
    id: number,
    { fields, ...tagsAndClaim }: TicketChange,
    statuses: readonly TicketStatus[],
    context: WriteContext,
    { deadline, transaction }: Run,
  ): Promise<ChangeResult> {
    const { reader } = context;
    const given = Object.keys(fields);
    const write = ticketWrite(id, statuses, context);
    const item = { ...fields, ...ticketWords(fields), ...tagsAndClaim, given, ...write };
    try {
      const isAlone = transaction !== undefined || reader.audience !== 'team';
      const { found, changed } = isAlone
        ? await changeOne(item, reader, transaction ?? this.database)
        : await this.changes(item, deadline);
      return { found, changed: changed && (await this.withComments(changed, reader, transaction)) };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const [holder] = await findHolders([fields], this.database);
      if (!holder) throw new DatabaseUnavailable(error);
      return { ...notFound, takenBy: holder.id };
    }
  }

  /** Checks whether a ticket existed and was deleted: the last event of a deleted ticket says so. */
  async wasDeleted(id: number): Promise<boolean> {
    const [last] = await this.database.run<{ is_deletion: boolean }>(selectLastEvent, [id]);
    return last?.is_deletion ?? false;
  }

  /** Closes some tickets that have been answered for so many days without a change, by the same statement as other changes. */
  async closeIdle(days: number): Promise<{ closed: number[]; mayHaveMore: boolean }> {
    const idle = await this.database.run<{ id: number; version: number }>(selectIdle, [days]);
    const change = {
      status: 'closed',
      statuses: ['answered'],
      actor: 'system',
      requester: undefined,
    } as const;
    const common = { ...change, ...ticketWords({}) };
    const items = idle.map(({ id, version }) => ({ ...common, given: ['status'], id, versions: [version] }));
    const results = items.length === 0 ? [] : await changeAll(items, team, 'skip', this.database);
    const closed = results.flatMap((result) => (result?.changed ? [result.changed.id] : []));
    return { closed, mayHaveMore: closed.length > 0 && idle.length === idleBatchSize };
  }

  /** Returns about how many tickets are in each status; nothing before PostgreSQL has gathered statistics. */
  countByStatus(): Promise<{ status: TicketStatus; tickets: number }[]> {
    return this.database.run(countByStatus, []);
  }

  /**
   * Completes the comments of a changed ticket. A statement that waited for a lock returns the newest ticket, but its snapshot
   * shows the comments from before the wait. The comments of a ticket that counts n are always its first n, or fewer where they
   * are long.
   */
  private async withComments(ticket: TicketRow, { audience }: Reader, on: Transaction = this.database) {
    const { id, comment_count, comments } = ticket;
    if (comments.length === Math.min(comment_count, embeddedComments)) return ticket;
    const values = [id, visibleTo(audience)];
    const newer = await on.runForOne<Pick<TicketRow, 'comments'>>(selectComments, values);
    return { ...ticket, comments: newer.comments.slice(0, comment_count) };
  }
}

type CreateRow = { may_follow: boolean } & (TicketRow | Record<keyof TicketRow, null>);

/** Returns undefined for a ticket whose external id was taken at first, and is not any more. */
async function createAll(items: NewTicket[], lock: Lock, on: Transaction) {
  const rows = await on.run<CreateRow>(insertTickets[lock], [JSON.stringify(items)]);
  const isTaken = ({ id, may_follow }: CreateRow) => id === null && may_follow;
  const taken = items.filter((_, n) => rows[n] && isTaken(rows[n]));
  // A statement of its own sees the tickets for which the insertion has waited.
  const holders = taken.length === 0 ? [] : await findHolders(taken, on);
  const holderOf = new Map(holders.map(({ id, external_id }) => [external_id, id]));
  return rows.map((row, n): CreateResult | undefined => {
    const { may_follow, ...ticket } = row;
    if (!may_follow) return {};
    if (ticket.id !== null) return { created: ticket };
    const takenBy = holderOf.get(items[n]?.external_id ?? '');
    return takenBy === undefined ? undefined : { takenBy };
  });
}

async function createOne(item: NewTicket, on: Transaction): Promise<CreateResult> {
  const [result] = await createAll([item], 'wait', on);
  if (!result) throw new DatabaseUnavailable(new Error('The ticket with this external id was deleted'));
  return result;
}

/** Returns the tickets that have external ids of these. */
function findHolders(items: { external_id?: string | null }[], on: Transaction) {
  const ids = items.map(({ external_id }) => external_id);
  return on.run<{ id: number; external_id: string }>(selectHolders, [ids]);
}

async function findAll(
  ids: number[],
  { audience, email }: Reader,
  on: Transaction,
): Promise<(TicketRow | null)[]> {
  const rows = await on.run<TicketRow>(selectTickets, [ids, visibleTo(audience), email]);
  const tickets = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => tickets.get(id) ?? null);
}

async function findOne(id: number, reader: Reader, on: Transaction): Promise<TicketRow | null> {
  return (await findAll([id], reader, on))[0] ?? null;
}

/** Returns undefined for a ticket that is locked or does not exist. */
async function changeAll(items: TicketChangeItem[], { audience }: Reader, lock: Lock, on: Transaction) {
  const values = [JSON.stringify(items), visibleTo(audience)];
  const rows = await on.run<WriteRow<TicketRow>>(changeTickets[lock], values);
  return writeResults(items, rows);
}

async function changeOne(
  item: TicketChangeItem,
  reader: Reader,
  on: Transaction,
): Promise<WriteResult<TicketRow>> {
  return (await changeAll([item], reader, 'wait', on))[0] ?? notFound;
}
