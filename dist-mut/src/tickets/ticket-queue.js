var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Injectable } from '@nestjs/common';
import { lowerAddress } from '../api/audience.js';
import { Overloaded } from '../api/problem.js';
import { Deadline } from '../database/deadline.js';
/** Most writes of one ticket at a time. Those that wait hold their requests in memory. */
const maxLength = 64;
/** Most writes of all tickets at a time. */
const maxTotal = 1_024;
/**
 * Runs one write of a ticket at a time, in the order of their arrival; the others of that ticket wait in memory. So a row that
 * another session has locked holds one connection, and a batch has each ticket once.
 */
let TicketQueue = class TicketQueue {
    queues = new Map();
    total = 0;
    /**
     * Runs a write when the earlier ones of its ticket have ended. Throws DatabaseUnavailable at the deadline, and Overloaded if too
     * many wait. A write that has not begun by its deadline never begins.
     *
     * A requester has a queue of its own: it neither delays the writes of others by naming their ticket, nor learns from a delay that there is
     * one.
     */
    async run(id, { email = '' }, write) {
        const key = `${id} ${lowerAddress(email)}`;
        const queue = this.queues.get(key) ?? { length: 0, last: Promise.resolve() };
        if (queue.length >= maxLength || this.total >= maxTotal)
            throw new Overloaded();
        this.queues.set(key, queue);
        queue.length++;
        this.total++;
        const deadline = new Deadline();
        const result = queue.last.then(() => {
            deadline.check();
            return write(deadline);
        });
        const end = () => {
            this.total--;
            if (--queue.length === 0)
                this.queues.delete(key);
        };
        queue.last = result.then(end, end);
        return deadline.limit(result);
    }
};
TicketQueue = __decorate([
    Injectable()
], TicketQueue);
export { TicketQueue };
//# sourceMappingURL=ticket-queue.js.map