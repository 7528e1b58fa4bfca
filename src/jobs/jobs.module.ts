import { Global, Module } from '@nestjs/common';

import { JobScheduler } from './job-scheduler.js';

/** Scheduler of the periodic jobs that other modules register. */
@Global()
@Module({ providers: [JobScheduler], exports: [JobScheduler] })
export class JobsModule {}
