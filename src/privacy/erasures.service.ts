import { Injectable } from '@nestjs/common';

import { Problem } from '../api/problem.js';
import type { WriteContext } from '../api/write-context.js';
import { TicketCache } from '../cache/ticket-cache.js';
import { Environment } from '../config/environment.js';
import { EventNumbering } from '../events/event-numbering.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { TicketsRepository } from '../tickets/tickets.repository.js';
import type { CreateErasureDto, ErasureDto } from './erasure.dto.js';
import { ErasuresRepository } from './erasures.repository.js';

const eraseJob = 'erase requesters';

/** Erases requesters, deletes tickets at the end of their retention, and closes tickets that have been answered for long. */
@Injectable()
export class ErasuresService {
  constructor(
    private readonly repository: ErasuresRepository,
    private readonly tickets: TicketsRepository,
    private readonly idempotency: IdempotencyService,
    private readonly numbering: EventNumbering,
    private readonly cache: TicketCache,
    private readonly jobs: JobScheduler,
    { TICKETS_RETENTION_DAYS: keptDays, AUTO_CLOSE_DAYS: idleDays }: Environment,
  ) {
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
  async create(fields: CreateErasureDto, context: WriteContext) {
    const result = await this.idempotency.create(context, ['erase requester', fields], ({ transaction }) =>
      this.repository.create(fields, context.actor, transaction),
    );
    this.jobs.start(eraseJob);
    return result;
  }

  /** Returns an erasure, or throws Problem 404. */
  async find(id: number): Promise<ErasureDto> {
    const erasure = await this.repository.find(id);
    if (!erasure) throw new Problem('not-found', `There is no erasure ${id}`);
    return erasure;
  }

  /**
   * Runs a batch of an erasure; returns whether there may be more. What is left to do follows from the data, so the process may die at any
   * moment: if that is before the cache has forgotten the tickets of a batch, the numbering of their events makes up for it.
   */
  private async eraseBatch(): Promise<boolean> {
    const batch = await this.repository.eraseBatch();
    if (!batch) return false;
    await this.announce(batch.tickets);
    if (batch.tickets.length > 0 || !(await this.repository.isNumbered())) return true;
    if (!batch.isCacheExpired) await this.cache.forgetAbandoned();
    await this.repository.finish(batch.erasure);
    return true;
  }

  /** Has the cache forget tickets, and their events numbered. */
  private async announce(ids: number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.cache.invalidate(ids.map((id) => ({ id })));
    this.numbering.wake();
  }
}
