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
import { Injectable, Logger } from '@nestjs/common';
import { Problem } from '../api/problem.js';
import { formatCursor } from '../events/feed-cursor.js';
import { errorMessage } from '../observability/error-message.js';
import { ExportRepository, maxExports } from './export.repository.js';
/** The text that is sent in one piece. */
const pieceLength = 64 * 1024;
/** Exports all tickets as lines of JSON. */
let ExportService = class ExportService {
    repository;
    logger = new Logger('Export');
    running = 0;
    constructor(repository) {
        this.repository = repository;
    }
    /**
     * Begins an export; returns the stream of its lines, once the snapshot is taken. The stream is read from PostgreSQL as fast as the client
     * reads. Throws a problem or DatabaseUnavailable if it cannot begin.
     */
    start() {
        if (this.running >= maxExports)
            throw new Problem('unavailable', `${maxExports} exports are already running`);
        this.running++;
        const output = new PassThrough();
        let begin = () => undefined;
        const begun = new Promise((resolve) => (begin = resolve));
        const exported = this.repository
            .withSnapshot(async (snapshot) => {
            begin(output);
            await pipeline(pieces(snapshot), output);
        })
            .catch((error) => {
            this.logger.warn(`An export was interrupted: ${errorMessage(error)}`);
            throw error;
        })
            .finally(() => this.running--);
        return Promise.race([begun, exported.then(() => output)]);
    }
};
ExportService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [ExportRepository])
], ExportService);
export { ExportService };
/** Returns the text of the export in pieces. A ticket with many comments has several. */
async function* pieces({ cursor, count, tickets, comments }) {
    let text = `${JSON.stringify({ cursor: formatCursor(cursor), tickets: count })}\n`;
    const commentsOf = sideBySide(comments);
    for await (const ticket of tickets) {
        text += head(ticket);
        let separator = '';
        for await (const comment of commentsOf(ticket.id)) {
            text += separator + JSON.stringify(comment);
            separator = ',';
            if (text.length < pieceLength)
                continue;
            yield text;
            text = '';
        }
        text += ']}\n';
        if (text.length < pieceLength)
            continue;
        yield text;
        text = '';
    }
    yield text;
}
/** Returns the beginning of the line of a ticket. */
function head({ follows_external_id, ...ticket }) {
    const fields = follows_external_id === null ? ticket : { ...ticket, follows_external_id };
    return `${JSON.stringify(fields).slice(0, -1)},"comments":[`;
}
/** Returns a function that reads the comments of a ticket. The tickets must come in the order of the comments. */
function sideBySide(comments) {
    const iterator = comments[Symbol.asyncIterator]();
    let next;
    return async function* (ticketId) {
        for (;;) {
            next ??= iterator.next();
            const result = await next;
            if (result.done === true || result.value.ticket_id !== ticketId)
                return;
            next = undefined;
            yield result.value;
        }
    };
}
//# sourceMappingURL=export.service.js.map