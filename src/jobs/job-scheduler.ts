import { Global, Injectable, Logger, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { errorMessage } from '../observability/error-message.js';

const intervalMs = 10 * 60 * 1000;

/** Runs one batch of a job; returns true if more work may be left. */
type RunBatch = () => Promise<boolean>;

/** Runs the jobs of all modules at start and then every 10 minutes. Replicas may run the same job at the same time. */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Jobs');
  private readonly jobs = new Map<string, RunBatch>();
  private round = Promise.resolve();
  private timer?: NodeJS.Timeout;
  private isStopping = false;

  /** Registers a job under its name in the log. To be called while modules are constructed. */
  register(name: string, runBatch: RunBatch): void {
    this.jobs.set(name, runBatch);
  }

  onApplicationBootstrap(): void {
    const startRound = () => {
      // A round that takes longer than the interval is not overtaken by the next one.
      this.round = this.round.then(() => this.runAll());
    };
    startRound();
    this.timer = setInterval(startRound, intervalMs).unref();
  }

  /** Stops after the batches that are running. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.round;
  }

  private async runAll(): Promise<void> {
    await Promise.all([...this.jobs].map(([name, runBatch]) => this.run(name, runBatch)));
  }

  private async run(name: string, runBatch: RunBatch): Promise<void> {
    try {
      while (!this.isStopping && (await runBatch()));
    } catch (error) {
      this.logger.warn(`The job "${name}" failed: ${errorMessage(error)}`);
    }
  }
}

/** Provides the scheduler to the modules that register jobs. */
@Global()
@Module({ providers: [JobScheduler], exports: [JobScheduler] })
export class JobsModule {}
