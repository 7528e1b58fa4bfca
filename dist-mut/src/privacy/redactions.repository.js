var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { visibleTo } from '../api/audience.js';
import { selectComment } from '../comments/comment.sql.js';
import { Database } from '../database/database.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';
import { lockTicket, lockWebhooks, redactComment, redactTicket } from './privacy.sql.js';
/** Runs the statements of redactions, in a transaction that locks the ticket first. */
let RedactionsRepository = class RedactionsRepository {
    database;
    tickets;
    constructor(database, tickets) {
        this.database = database;
        this.tickets = tickets;
    }
    /** Redacts a ticket if the check of the locked ticket passes; returns the ticket. */
    redactTicket(id, { actor, reader }, check, transaction) {
        return this.locked(id, check, transaction, async (on) => {
            await on.run(redactTicket, [[id], actor]);
            return this.tickets.findIn(id, reader, on);
        });
    }
    /** Redacts a comment if the check of the locked ticket passes; returns the comment, undefined if the ticket does not have it. */
    redactComment({ ticket_id, comment_id }, { actor, reader }, check, transaction) {
        return this.locked(ticket_id, check, transaction, async (on) => {
            const read = () => on.run(selectComment, [ticket_id, visibleTo(reader.audience), comment_id, reader.email]);
            if ((await read()).length > 0)
                await on.run(redactComment, [[ticket_id], actor, comment_id]);
            return (await read())[0];
        });
    }
    locked(id, check, transaction, redact) {
        const work = async (on) => {
            const [found] = await on.run(lockTicket, [id]);
            check(found);
            await on.run(lockWebhooks, []);
            return redact(on);
        };
        return transaction ? work(transaction) : this.database.transaction(work);
    }
};
RedactionsRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Database,
        TicketsRepository])
], RedactionsRepository);
export { RedactionsRepository };
//# sourceMappingURL=redactions.repository.js.map