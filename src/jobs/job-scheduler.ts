import { setTimeout as sleep } from 'node:timers/promises';

import { Global, Injectable, Logger, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';

/** The time between two rounds of a job. */
const intervalMs = 60 * 1000;

/** Runs one batch of a job; returns true if more work may be left. */
type RunBatch = () => Promise<boolean>;

interface Job {
  runBatch: RunBatch;
  /** Resolves when the round that runs, and the one that waits for it, have ended. */
  rounds: Promise<void>;
  isWaiting: boolean;
}

/**
 * Runs the jobs of all modules at start and then every minute, each on its own. Replicas may run the same job at the same time. After each
 * batch a job pauses for as long as the batch took, so that a large backlog leaves room for requests.
 */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Jobs');
  private readonly jobs = new Map<string, Job>();
  private timer?: NodeJS.Timeout;
  private readonly stop = new AbortController();

  /** Registers a job under its name in the log. To be called while modules are constructed. */
  register(name: string, runBatch: RunBatch): void {
    this.jobs.set(name, { runBatch, rounds: Promise.resolve(), isWaiting: false });
  }

  onApplicationBootstrap(): void {
    const startAll = () => {
      for (const name of this.jobs.keys()) this.start(name);
    };
    startAll();
    this.timer = setInterval(startAll, intervalMs).unref();
  }

  /** Starts a round of a job, or one more after the round that runs. */
  start(name: string): void {
    const job = this.jobs.get(name);
    if (!job || job.isWaiting) return;
    job.isWaiting = true;
    job.rounds = job.rounds.then(() => {
      job.isWaiting = false;
      return this.run(name, job.runBatch);
    });
  }

  /** Stops after the batches that are running. */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    clearInterval(this.timer);
    await Promise.all([...this.jobs.values()].map(({ rounds }) => rounds));
  }

  private async run(name: string, runBatch: RunBatch): Promise<void> {
    const { signal } = this.stop;
    try {
      for (
        let begunAt = performance.now();
        !signal.aborted && (await runBatch());
        begunAt = performance.now()
      )
        await sleep(performance.now() - begunAt, undefined, { signal }).catch(() => undefined);
    } catch (error) {
      this.logger.warn(`The job "${name}" failed: ${errorMessage(error)}`);
    }
  }
}

/** Provides the scheduler to the modules that register jobs. */
@Global()
@Module({ providers: [JobScheduler], exports: [JobScheduler] })
export class JobsModule {}
