var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Injectable, Logger, Module } from '@nestjs/common';
import { errorMessage } from '../observability/error-message.js';
/** The time between two rounds of a job. */
const intervalMs = 60 * 1000;
/**
 * Runs the jobs of all modules at start and then every minute, each on its own. Replicas may run the same job at the same time. After each
 * batch a job pauses for as long as the batch took, so that a large backlog leaves room for requests.
 */
let JobScheduler = class JobScheduler {
    logger = new Logger('Jobs');
    jobs = new Map();
    timer;
    stop = new AbortController();
    /** Registers a job under its name in the log. To be called while modules are constructed. */
    register(name, runBatch) {
        this.jobs.set(name, { runBatch, rounds: Promise.resolve(), isWaiting: false });
    }
    onApplicationBootstrap() {
        const startAll = () => {
            for (const name of this.jobs.keys())
                this.start(name);
        };
        startAll();
        this.timer = setInterval(startAll, intervalMs).unref();
    }
    /** Starts a round of a job, or one more after the round that runs. */
    start(name) {
        const job = this.jobs.get(name);
        if (!job || job.isWaiting)
            return;
        job.isWaiting = true;
        job.rounds = job.rounds.then(() => {
            job.isWaiting = false;
            return this.run(name, job.runBatch);
        });
    }
    /** Stops after the batches that are running. */
    async onModuleDestroy() {
        this.stop.abort();
        clearInterval(this.timer);
        await Promise.all([...this.jobs.values()].map(({ rounds }) => rounds));
    }
    async run(name, runBatch) {
        const { signal } = this.stop;
        try {
            for (let begunAt = performance.now(); !signal.aborted && (await runBatch()); begunAt = performance.now())
                await sleep(performance.now() - begunAt, undefined, { signal }).catch(() => undefined);
        }
        catch (error) {
            this.logger.warn(`The job "${name}" failed: ${errorMessage(error)}`);
        }
    }
};
JobScheduler = __decorate([
    Injectable()
], JobScheduler);
export { JobScheduler };
/** Provides the scheduler to the modules that register jobs. */
let JobsModule = class JobsModule {
};
JobsModule = __decorate([
    Global(),
    Module({ providers: [JobScheduler], exports: [JobScheduler] })
], JobsModule);
export { JobsModule };
//# sourceMappingURL=job-scheduler.js.map