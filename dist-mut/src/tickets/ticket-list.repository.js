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
import { defaultLimit } from '../api/pagination.js';
import { Database } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import { Replicas } from '../database/replicas.js';
import { TicketSearch } from './search/ticket-search.js';
import { countQuery } from './ticket-count.sql.js';
import { buildFilter, listQuery, parseSort, plainConditions } from './ticket-filter.sql.js';
/** Searches at a time. One may take as long as a statement can, so they get half of the connections of lists. */
const maxSearches = 3;
/** Counts at a time. */
const maxCounts = 2;
/** Runs the statements of lists and counts of tickets. */
let TicketListRepository = class TicketListRepository {
    replicas;
    searches;
    counts;
    constructor(replicas, database) {
        this.replicas = replicas;
        this.searches = database.bulkhead(maxSearches);
        this.counts = database.bulkhead(maxCounts);
    }
    /**
     * Returns the tickets of a page and one more, which shows that a next page exists; or fewer if a search ends the page early.
     * @param after the sort keys of the last ticket of the page before
     */
    async find(query, after, reader) {
        const filter = buildFilter(query, reader);
        const order = parseSort(query.sort);
        const { limit, q } = query;
        if (q !== undefined) {
            const deadline = new Deadline();
            const search = new TicketSearch((statement, values) => this.replicas.run(statement, values), q);
            const conditions = plainConditions(filter, order, after);
            const column = order.columns.slice(0, -1).join(', ');
            const { values, requester } = filter;
            const list = { conditions, values, requester, column, order: order.text, limit };
            return deadline.limit(this.searches(() => search.find(list), deadline));
        }
        const text = listQuery(filter, order, after, limit);
        // Lists without filters are planned once. With a filter besides the status, the best index depends on how common the values
        // are, so these are planned each time.
        const isDefault = filter.conditions.length === 0 &&
            filter.each.length === 1 &&
            limit === defaultLimit &&
            !after?.includes(null);
        const name = `list_tickets ${query.sort}${after ? ' after' : ''}`;
        const statement = isDefault ? { name, text } : { text };
        return { rows: await this.replicas.run(statement, filter.values), isCut: false };
    }
    /** Counts the tickets that match a query. */
    async count(query, reader) {
        const filter = buildFilter(query, reader);
        const statement = { text: countQuery(query, filter) };
        const deadline = new Deadline();
        return deadline.limit(this.counts(() => this.replicas.run(statement, filter.values), deadline));
    }
};
TicketListRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Replicas,
        Database])
], TicketListRepository);
export { TicketListRepository };
//# sourceMappingURL=ticket-list.repository.js.map