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
import { Problem } from '../api/problem.js';
import { TicketCache } from '../cache/ticket-cache.js';
import { Environment } from '../config/environment.js';
import { Deadline } from '../database/deadline.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';
import { ErasuresRepository } from './erasures.repository.js';
const eraseJob = 'erase requesters';
/** Erases requesters, deletes tickets at the end of their retention, and closes tickets that have been answered for long. */
let ErasuresService = class ErasuresService {
    repository;
    tickets;
    idempotency;
    numbering;
    cache;
    jobs;
    constructor(repository, tickets, idempotency, numbering, cache, jobs, { TICKETS_RETENTION_DAYS: keptDays, AUTO_CLOSE_DAYS: idleDays }) {
        this.repository = repository;
        this.tickets = tickets;
        this.idempotency = idempotency;
        this.numbering = numbering;
        this.cache = cache;
        this.jobs = jobs;
        jobs.register(eraseJob, () => this.eraseBatch());
        if (keptDays !== undefined) {
            jobs.register('delete tickets at the end of their retention', async () => {
                const { deleted, mayHaveMore } = await repository.deleteExpired(keptDays);
                await this.announce(deleted);
                return mayHaveMore;
            });
        }
        if (idleDays !== undefined) {
            jobs.register('close tickets that have been answered for long', async () => {
                const { closed, mayHaveMore } = await tickets.closeIdle(idleDays);
                await this.announce(closed);
                return mayHaveMore;
            });
        }
    }
    /** Accepts an erasure, once for each idempotency key of an actor. */
    async create(fields, context) {
        const deadline = new Deadline();
        const creation = this.idempotency.once(context, ['erase requester', fields], (transaction) => this.repository.create(fields, context.actor, transaction), deadline);
        const result = await deadline.limit(creation);
        this.jobs.start(eraseJob);
        return result;
    }
    /** Returns an erasure, or throws Problem 404. */
    async find(id) {
        const erasure = await this.repository.find(id);
        if (!erasure)
            throw new Problem('not-found', `There is no erasure ${id}`);
        return erasure;
    }
    /**
     * Runs a batch of an erasure; returns whether there may be more. What is left to do follows from the data, so the process may die at any
     * moment: if that is before the cache has forgotten the tickets of a batch, the numbering of their events makes up for it.
     */
    async eraseBatch() {
        const batch = await this.repository.eraseBatch();
        if (!batch)
            return false;
        await this.announce(batch.tickets);
        if (batch.tickets.length > 0 || !(await this.repository.isNumbered()))
            return true;
        if (!batch.isCacheExpired)
            await this.cache.forgetAbandoned();
        await this.repository.finish(batch.erasure);
        return true;
    }
    /** Has the cache forget tickets, and their events numbered. */
    async announce(ids) {
        if (ids.length === 0)
            return;
        await this.cache.invalidate(ids.map((id) => ({ id })));
        this.numbering.wake();
    }
};
ErasuresService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [ErasuresRepository,
        TicketsRepository,
        IdempotencyService,
        EventNumbering,
        TicketCache,
        JobScheduler,
        Environment])
], ErasuresService);
export { ErasuresService };
//# sourceMappingURL=erasures.service.js.map