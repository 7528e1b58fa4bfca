import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { JobScheduler } from './job-scheduler.js';

describe('JobScheduler', () => {
  let scheduler: JobScheduler;
  let batches: string[];

  /** Registers a job of this many batches. */
  const register = (name: string, count: number) => {
    let left = count;
    scheduler.register(name, async () => {
      batches.push(name);
      await Promise.resolve();
      return --left > 0;
    });
  };

  beforeEach(() => {
    Logger.overrideLogger(false);
    scheduler = new JobScheduler();
    batches = [];
  });

  afterEach(() => scheduler.onModuleDestroy());

  it('runs every job at start until it has no more work', async () => {
    register('a', 3);
    register('b', 1);
    scheduler.onApplicationBootstrap();
    await sleep(50);
    expect(batches.toSorted()).toEqual(['a', 'a', 'a', 'b']);
  });

  it('runs the other jobs if one fails', async () => {
    scheduler.register('broken', () => Promise.reject(new Error('The database does not respond')));
    register('a', 2);
    scheduler.onApplicationBootstrap();
    await sleep(50);
    expect(batches).toEqual(['a', 'a']);
  });

  it('starts one more round after the running one, however often it is asked', async () => {
    register('a', 2);
    scheduler.onApplicationBootstrap();
    await new Promise(setImmediate);
    for (const name of ['a', 'a', 'a']) scheduler.start(name);
    await sleep(50);
    expect(batches).toEqual(['a', 'a', 'a']);
  });

  it('stops a job after its running batch', async () => {
    register('a', Infinity);
    scheduler.onApplicationBootstrap();
    await scheduler.onModuleDestroy();
    const { length } = batches;
    await new Promise(setImmediate);
    expect(batches).toHaveLength(length);
  });
});
