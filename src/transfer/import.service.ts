import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import { Problem } from '../api/problem.js';
import { errorMessage } from '../observability/error-message.js';
import { EventNumbering } from '../events/event-numbering.js';
import { parseLine, type NewTicket } from './import-line.js';
import type { ImportResultDto } from './import-line.dto.js';
import { ImportRepository } from './import.repository.js';
import { readLines, type Line } from './read-lines.js';

/** The longest line. */
const maxLineBytes = 1024 * 1024;

/** What is read ahead while a statement runs, and what the next one takes at most, besides a line that began before. */
const readAheadBytes = 512 * 1024;
const maxBatch = 200;

/** The results that a client may leave unread before its lines are no longer read: those of about 15,000 lines. */
const unreadBytes = 1024 * 1024;

/** The imports of a process at a time. */
const maxImports = 4;

/** The time after which an import lets other requests run. */
const sliceMs = 5;

/** A line that is read: a ticket to import, or the result of a line that is not imported. */
type Parsed = { line: number } & ({ ticket: NewTicket } | { result: ImportResultDto });

/** Imports tickets from lines of JSON. */
@Injectable()
export class ImportService {
  private readonly logger = new Logger('Import');
  private running = 0;

  constructor(
    private readonly repository: ImportRepository,
    private readonly numbering: EventNumbering,
  ) {}

  /**
   * Imports lines as they come; returns the stream of results, a line for each. It fails when the lines cannot be read further or
   * PostgreSQL does not respond. Throws a problem, or DatabaseUnavailable, before anything is read.
   */
  async start(lines: Readable, actor: string | undefined): Promise<Readable> {
    if (this.running >= maxImports)
      throw new Problem('unavailable', `${maxImports} imports are already running`);
    this.running++;
    const results = new PassThrough({ readableHighWaterMark: unreadBytes });
    try {
      await this.repository.check();
    } catch (error) {
      this.running--;
      throw error;
    }
    // The read returns all that has arrived, so the next statement takes what came while the last one ran.
    const readAhead = new PassThrough({ readableHighWaterMark: readAheadBytes });
    pipeline(lines, readAhead, (chunks: AsyncIterable<Buffer>) => this.import(chunks, actor), results)
      .catch((error: unknown) => {
        this.logger.warn(`An import was interrupted: ${errorMessage(error)}`);
      })
      .finally(() => this.running--);
    return results;
  }

  private async *import(chunks: AsyncIterable<Buffer>, actor: string | undefined): AsyncGenerator<string> {
    for await (const lines of readLines(chunks, maxLineBytes)) {
      for await (const batch of batches(lines)) {
        const results = await this.importBatch(batch, actor);
        yield results.map((result) => `${JSON.stringify(result)}\n`).join('');
      }
    }
  }

  private async importBatch(batch: Parsed[], actor: string | undefined): Promise<ImportResultDto[]> {
    const tickets = batch.flatMap((parsed) => ('ticket' in parsed ? [parsed.ticket] : []));
    const imported = tickets.length === 0 ? [] : await this.repository.import(tickets, actor);
    this.numbering.wake();
    let n = 0;
    return batch.map((parsed): ImportResultDto => {
      if ('result' in parsed) return parsed.result;
      const { line, ticket } = parsed;
      const { external_id } = ticket.ticket;
      const result = imported[n++] ?? { error: 'was not imported' };
      if ('error' in result) return invalid(line, external_id, result.error);
      return { line, external_id, status: result.isCreated ? 'created' : 'exists', id: result.id };
    });
  }
}

/**
 * Parses lines, and groups them for statements. A ticket that is, or follows, another one of the group begins the next group, because a
 * statement does not see what it creates itself.
 */
async function* batches(lines: Line[]): AsyncGenerator<Parsed[]> {
  let batch: Parsed[] = [];
  let names = new Set<string>();
  let sliceEnd = performance.now() + sliceMs;
  for (const line of lines) {
    if (performance.now() > sliceEnd) {
      await turn();
      sliceEnd = performance.now() + sliceMs;
    }
    const parsed = parse(line);
    if (!parsed) continue;
    const own = 'ticket' in parsed ? [parsed.ticket.ticket.external_id, parsed.ticket.follows ?? ''] : [];
    if (batch.length === maxBatch || own.some((name) => names.has(name))) {
      yield batch;
      batch = [];
      names = new Set();
    }
    batch.push(parsed);
    if (own[0] !== undefined) names.add(own[0]);
  }
  if (batch.length > 0) yield batch;
}

function parse({ number: line, text, error }: Line): Parsed | undefined {
  if (text === undefined) return { line, result: invalid(line, null, error ?? 'cannot be read') };
  const parsed = parseLine(text);
  if (!parsed) return undefined;
  if ('ticket' in parsed) return { line, ticket: parsed };
  return { line, result: { line, status: 'invalid', ...parsed } };
}

function invalid(line: number, external_id: string | null, message: string): ImportResultDto {
  return { line, external_id, status: 'invalid', errors: [{ field: 'line', message }] };
}
