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
import { Cursors } from '../api/cursors.js';
import { cutPage } from '../api/pagination.js';
import { EventsRepository } from './events.repository.js';
/** Returns the history of tickets. */
let TicketHistoryService = class TicketHistoryService {
    repository;
    cursors;
    constructor(repository, cursors) {
        this.repository = repository;
        this.cursors = cursors;
    }
    /** Returns a page of the changes of a ticket, oldest first, as far back as events are kept. */
    async find(ticketId, { limit, cursor }, reader) {
        const list = `history of ${ticketId}`;
        const [after = 0] = cursor === undefined ? [] : this.cursors.open(list, cursor);
        const events = await this.repository.history(ticketId, Number(after), limit + 1, reader);
        return cutPage(events, limit, { cursors: this.cursors, list, sortKeysOf: ({ version }) => [version] });
    }
};
TicketHistoryService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EventsRepository,
        Cursors])
], TicketHistoryService);
export { TicketHistoryService };
//# sourceMappingURL=ticket-history.service.js.map