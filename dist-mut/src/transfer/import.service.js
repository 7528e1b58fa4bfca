var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Problem } from '../api/problem.js';
import { errorMessage } from '../observability/error-message.js';
import { EventNumbering } from '../events/event-numbering.js';
import { parseLine } from './import-line.js';
import { ImportRepository } from './import.repository.js';
import { readLines } from './read-lines.js';
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
/** Imports tickets from lines of JSON. */
let ImportService = class ImportService {
    repository;
    numbering;
    logger = new Logger('Import');
    running = 0;
    constructor(repository, numbering) {
        this.repository = repository;
        this.numbering = numbering;
    }
    /**
     * Imports lines as they come; returns the stream of results, a line for each. It fails when the lines cannot be read further or
     * PostgreSQL does not respond. Throws a problem, or DatabaseUnavailable, before anything is read.
     */
    async start(lines, actor) {
        if (this.running >= maxImports)
            throw new Problem('unavailable', `${maxImports} imports are already running`);
        this.running++;
        const results = new PassThrough({ readableHighWaterMark: unreadBytes });
        try {
            await this.repository.check();
        }
        catch (error) {
            this.running--;
            throw error;
        }
        // The read returns all that has arrived, so the next statement takes what came while the last one ran.
        const readAhead = new PassThrough({ readableHighWaterMark: readAheadBytes });
        pipeline(lines, readAhead, (chunks) => this.import(chunks, actor), results)
            .catch((error) => {
            this.logger.warn(`An import was interrupted: ${errorMessage(error)}`);
        })
            .finally(() => this.running--);
        return results;
    }
    async *import(chunks, actor) {
        for await (const lines of readLines(chunks, maxLineBytes)) {
            for await (const batch of batches(lines)) {
                const results = await this.importBatch(batch, actor);
                yield results.map((result) => `${JSON.stringify(result)}\n`).join('');
            }
        }
    }
    async importBatch(batch, actor) {
        const tickets = batch.flatMap((parsed) => ('ticket' in parsed ? [parsed.ticket] : []));
        const imported = tickets.length === 0 ? [] : await this.repository.import(tickets, actor);
        this.numbering.wake();
        let n = 0;
        return batch.map((parsed) => {
            if ('result' in parsed)
                return parsed.result;
            const { line, ticket } = parsed;
            const { external_id } = ticket.ticket;
            const result = imported[n++] ?? { error: 'was not imported' };
            if ('error' in result)
                return invalid(line, external_id, result.error);
            return { line, external_id, status: result.isCreated ? 'created' : 'exists', id: result.id };
        });
    }
};
ImportService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [ImportRepository,
        EventNumbering])
], ImportService);
export { ImportService };
/**
 * Parses lines, and groups them for statements. A ticket that is, or follows, another one of the group begins the next group, because a
 * statement does not see what it creates itself.
 */
async function* batches(lines) {
    let batch = [];
    let names = new Set();
    let sliceEnd = performance.now() + sliceMs;
    for (const line of lines) {
        if (performance.now() > sliceEnd) {
            await turn();
            sliceEnd = performance.now() + sliceMs;
        }
        const parsed = parse(line);
        if (!parsed)
            continue;
        const own = 'ticket' in parsed ? [parsed.ticket.ticket.external_id, parsed.ticket.follows ?? ''] : [];
        if (batch.length === maxBatch || own.some((name) => names.has(name))) {
            yield batch;
            batch = [];
            names = new Set();
        }
        batch.push(parsed);
        if (own[0] !== undefined)
            names.add(own[0]);
    }
    if (batch.length > 0)
        yield batch;
}
function parse({ number: line, text, error }) {
    if (text === undefined)
        return { line, result: invalid(line, null, error ?? 'cannot be read') };
    const parsed = parseLine(text);
    if (!parsed)
        return undefined;
    if ('ticket' in parsed)
        return { line, ticket: parsed };
    return { line, result: { line, status: 'invalid', ...parsed } };
}
function invalid(line, external_id, message) {
    return { line, external_id, status: 'invalid', errors: [{ field: 'line', message }] };
}
//# sourceMappingURL=import.service.js.map