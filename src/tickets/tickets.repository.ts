import { Injectable } from '@nestjs/common';

import { visibleTo, type Audience } from '../api/audience.js';
import type { WriteContext } from '../api/write-context.js';
import { Database, type Batched, type Transaction } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import type { CreateTicketDto } from './ticket.dto.js';
import type { TicketStatus } from './ticket.entity.js';
import { countByStatus, insertTickets, selectComments, selectTickets } from './ticket.sql.js';
import { embeddedComments, transitionTickets, type TicketRow } from './ticket.sql.js';
import { notFound, writeResults } from './ticket-write.sql.js';
import type { Lock, TicketWrite, WriteResult, WriteRow } from './ticket-write.sql.js';

type NewTicket = CreateTicketDto & { actor: string | undefined };
type Transition = TicketWrite & { to: TicketStatus };

/** Runs the statements on single tickets. Those that arrive together run together. */
@Injectable()
export class TicketsRepository {
  private readonly creations: Batched<NewTicket, TicketRow>;
  private readonly reads: ByAudience<Batched<number, TicketRow | null>>;
  private readonly transitions: ByAudience<Batched<Transition, WriteResult<TicketRow>>>;

  constructor(private readonly database: Database) {
    this.creations = database.inBatches({
      together: createAll,
      alone: createOne,
      sizeOf: ({ text }) => text.length,
    });
    this.reads = byAudience((audience) =>
      database.inBatches({
        together: (ids, on) => findAll(ids, audience, on),
        alone: async (id, on) => (await findAll([id], audience, on))[0] ?? null,
      }),
    );
    this.transitions = byAudience((audience) =>
      database.inBatches({
        together: (items, on) => transitionAll(items, audience, 'skip', on),
        alone: async (item, on) => (await transitionAll([item], audience, 'wait', on))[0] ?? notFound,
      }),
    );
  }

  /** Creates an opened ticket, in a transaction if there is one. */
  create(
    fields: CreateTicketDto,
    { actor }: WriteContext,
    run: { deadline: Deadline; transaction: Transaction | undefined },
  ): Promise<TicketRow> {
    const item = { ...fields, actor };
    return run.transaction ? createOne(item, run.transaction) : this.creations(item, run.deadline);
  }

  /** Returns the ticket with its first comments, from one snapshot. */
  async find(id: number, audience: Audience): Promise<TicketRow | undefined> {
    const deadline = new Deadline();
    return (await deadline.limit(this.reads[audience](id, deadline))) ?? undefined;
  }

  /** Transitions a ticket to `to` if it is in one of `statuses`, and in one of the context's versions. */
  async transition(
    id: number,
    to: TicketStatus,
    statuses: readonly TicketStatus[],
    { versions, actor, audience }: WriteContext,
    deadline: Deadline,
  ): Promise<WriteResult<TicketRow>> {
    const item = { id, to, statuses, versions, actor };
    const { found, changed } = await this.transitions[audience](item, deadline);
    return { found, changed: changed && (await this.withComments(changed, audience)) };
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
  private async withComments(ticket: TicketRow, audience: Audience): Promise<TicketRow> {
    const { id, comment_count, comments } = ticket;
    if (comments.length === Math.min(comment_count, embeddedComments)) return ticket;
    const newer = await this.database.runForOne<Pick<TicketRow, 'comments'>>(selectComments, [
      id,
      visibleTo(audience),
    ]);
    return { ...ticket, comments: newer.comments.slice(0, comment_count) };
  }
}

type ByAudience<Batch> = Record<Audience, Batch>;

/** Creates a batch for each audience, because the rows of one statement are for one audience. */
function byAudience<Batch>(create: (audience: Audience) => Batch): ByAudience<Batch> {
  return { team: create('team'), requester: create('requester') };
}

function createAll(items: NewTicket[], on: Transaction): Promise<TicketRow[]> {
  return on.run<TicketRow>(insertTickets, [JSON.stringify(items)]);
}

function createOne(item: NewTicket, on: Transaction): Promise<TicketRow> {
  return on.runForOne<TicketRow>(insertTickets, [JSON.stringify([item])]);
}

async function findAll(ids: number[], audience: Audience, on: Transaction): Promise<(TicketRow | null)[]> {
  const rows = await on.run<TicketRow>(selectTickets, [ids, visibleTo(audience)]);
  const tickets = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => tickets.get(id) ?? null);
}

/** Returns undefined for a ticket that is locked or does not exist. */
async function transitionAll(items: Transition[], audience: Audience, lock: Lock, on: Transaction) {
  const values = [JSON.stringify(items), visibleTo(audience)];
  const rows = await on.run<WriteRow<TicketRow>>(transitionTickets[lock], values);
  return writeResults(items, rows);
}
