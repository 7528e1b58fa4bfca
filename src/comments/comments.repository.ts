import { Injectable } from '@nestjs/common';

import { visibleTo, type Reader, type Visibility } from '../api/audience.js';
import type { WriteContext } from '../api/write-context.js';
import { Database, type Batched, type Transaction } from '../database/database.js';
import { Replicas } from '../database/replicas.js';
import type { Run } from '../idempotency/idempotency.service.js';
import { toWords } from '../tickets/search/words.js';
import { notFound, ticketWrite, writeResults } from '../tickets/ticket-write.sql.js';
import type { Lock, TicketWrite, WriteResult, WriteRow } from '../tickets/ticket-write.sql.js';
import type { TicketStatus } from '../tickets/ticket.entity.js';
import type { CommentDto, CreateCommentDto, ListCommentsQuery } from './comment.dto.js';
import { addComments, listComments, selectComment } from './comment.sql.js';

type NewComment = TicketWrite & CreateCommentDto & { words: string };

/** Runs the statements on comments. Additions that arrive together run together. */
@Injectable()
export class CommentsRepository {
  private readonly additions: Batched<NewComment, WriteResult<CommentDto>>;

  constructor(
    private readonly database: Database,
    private readonly replicas: Replicas,
  ) {
    this.additions = database.inBatches({
      together: (items, on) => addAll(items, 'skip', on),
      alone: addOne,
      sizeOf: ({ text }) => text.length,
    });
  }

  /** Adds a comment if the ticket is in one of `statuses`, and in one of the context's versions; in a transaction if there is one. */
  add(
    id: number,
    fields: CreateCommentDto,
    statuses: readonly TicketStatus[],
    context: WriteContext,
    { deadline, transaction }: Run,
  ): Promise<WriteResult<CommentDto>> {
    const item = { ...fields, words: toWords(fields.text), ...ticketWrite(id, statuses, context) };
    const isAlone = transaction !== undefined || context.reader.audience !== 'team';
    return isAlone ? addOne(item, transaction ?? this.database) : this.additions(item, deadline);
  }

  /** Returns the comments of a ticket that follow the one with the id `after`; undefined if the ticket does not exist. */
  async list(
    ticketId: number,
    visible: readonly Visibility[],
    reader: Reader,
    { sort, limit, after }: Pick<ListCommentsQuery, 'sort' | 'limit'> & { after: number | undefined },
  ): Promise<CommentDto[] | undefined> {
    const values = [ticketId, visible, after, limit, reader.email];
    const rows = await this.replicas.run<CommentDto | Record<keyof CommentDto, null>>(
      listComments[sort],
      values,
    );
    return rows.length === 0 ? undefined : rows.filter((row): row is CommentDto => row.id !== null);
  }

  /** Returns a comment from the primary, so that a client that has just added it finds it. */
  async find(ticketId: number, id: number, { audience, email }: Reader): Promise<CommentDto | undefined> {
    const values = [ticketId, visibleTo(audience), id, email];
    return (await this.database.run<CommentDto>(selectComment, values))[0];
  }
}

/** Returns undefined for a ticket that is locked or does not exist. */
async function addAll(items: NewComment[], lock: Lock, on: Transaction) {
  const rows = await on.run<WriteRow<CommentDto>>(addComments[lock], [JSON.stringify(items)]);
  return writeResults(items, rows);
}

async function addOne(item: NewComment, on: Transaction): Promise<WriteResult<CommentDto>> {
  return (await addAll([item], 'wait', on))[0] ?? notFound;
}
