import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Injectable, Logger } from '@nestjs/common';

import { Problem } from '../api/problem.js';
import type { CommentDto } from '../comments/comment.dto.js';
import { formatCursor } from '../events/feed-cursor.js';
import { errorMessage } from '../observability/error-message.js';
import { ExportRepository, maxExports, type ExportedTicket, type Snapshot } from './export.repository.js';

/** The text that is sent in one piece. */
const pieceLength = 64 * 1024;

/** Exports all tickets as lines of JSON. */
@Injectable()
export class ExportService {
  private readonly logger = new Logger('Export');
  private running = 0;

  constructor(private readonly repository: ExportRepository) {}

  /**
   * Begins an export; returns the stream of its lines, once the snapshot is taken. The stream is read from PostgreSQL as fast as the client
   * reads. Throws a problem or DatabaseUnavailable if it cannot begin.
   */
  start(): Promise<Readable> {
    if (this.running >= maxExports)
      throw new Problem('unavailable', `${maxExports} exports are already running`);
    this.running++;
    const output = new PassThrough();
    let begin: (stream: Readable) => void = () => undefined;
    const begun = new Promise<Readable>((resolve) => (begin = resolve));
    const exported = this.repository
      .withSnapshot(async (snapshot) => {
        begin(output);
        await pipeline(pieces(snapshot), output);
      })
      .catch((error: unknown) => {
        this.logger.warn(`An export was interrupted: ${errorMessage(error)}`);
        throw error;
      })
      .finally(() => this.running--);
    return Promise.race([begun, exported.then(() => output)]);
  }
}

/** Returns the text of the export in pieces. A ticket with many comments has several. */
async function* pieces({ cursor, count, tickets, comments }: Snapshot): AsyncGenerator<string> {
  let text = `${JSON.stringify({ cursor: formatCursor(cursor), tickets: count })}\n`;
  const commentsOf = sideBySide(comments);
  for await (const ticket of tickets) {
    text += head(ticket);
    let separator = '';
    for await (const comment of commentsOf(ticket.id)) {
      text += separator + JSON.stringify(comment);
      separator = ',';
      if (text.length < pieceLength) continue;
      yield text;
      text = '';
    }
    text += ']}\n';
    if (text.length < pieceLength) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Returns the beginning of the line of a ticket. */
function head({ follows_external_id, ...ticket }: ExportedTicket): string {
  const fields = follows_external_id === null ? ticket : { ...ticket, follows_external_id };
  return `${JSON.stringify(fields).slice(0, -1)},"comments":[`;
}

/** Returns a function that reads the comments of a ticket. The tickets must come in the order of the comments. */
function sideBySide(comments: AsyncIterable<CommentDto>): (ticketId: number) => AsyncGenerator<CommentDto> {
  const iterator = comments[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<CommentDto>> | undefined;
  return async function* (ticketId) {
    for (;;) {
      next ??= iterator.next();
      const result = await next;
      if (result.done === true || result.value.ticket_id !== ticketId) return;
      next = undefined;
      yield result.value;
    }
  };
}
