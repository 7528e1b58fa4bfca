import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { Environment } from '../config/environment.js';
import { CleanupJob } from '../jobs/cleanup-job.js';
import { RetentionRepository } from './retention.repository.js';

/** Keeps the table of events from growing for ever, where the environment says for how long they are kept. */
@Injectable()
export class EventsRetentionJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sweeper: CleanupJob | undefined;

  constructor(repository: RetentionRepository, { EVENTS_RETENTION_DAYS: days }: Environment) {
    if (days !== undefined) this.sweeper = new CleanupJob('events', () => repository.sweep(days));
  }

  onApplicationBootstrap(): void {
    this.sweeper?.start();
  }

  onModuleDestroy(): void {
    this.sweeper?.stop();
  }
}
