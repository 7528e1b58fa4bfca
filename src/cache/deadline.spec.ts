import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { DeadlineExceeded, within } from './deadline.js';

const never = new Promise<never>(() => undefined);

describe('A deadline', () => {
  it('lets the answer through, and the failure', async () => {
    await expect(within(30, Promise.resolve(1))).resolves.toBe(1);
    await expect(within(30, Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  it('ends a call that does not answer', async () => {
    await expect(within(10, never)).rejects.toThrow(new DeadlineExceeded('No answer within 10 ms'));
  });

  it('ends it on time where the process has nothing else to do', async () => {
    const times = [];
    for (let n = 0; n < 5; n++) {
      const begin = performance.now();
      await within(10, never).catch(() => undefined);
      times.push(performance.now() - begin);
    }
    expect(Math.min(...times)).toBeLessThan(25);
  });

  it('gives a call some milliseconds more after the process was busy', async () => {
    const answer = within(
      10,
      new Promise((resolve) => {
        setTimeout(() => {
          const end = performance.now() + 50;
          while (performance.now() < end);
          setTimeout(() => {
            resolve('just after');
          }, 3);
        }, 1);
      }),
    );
    expect(await answer).toBe('just after');
  });

  it('does not take for late what came while the process was busy', async () => {
    const answer = within(10, sleep(5, 'in time'));
    const end = performance.now() + 50;
    while (performance.now() < end);
    expect(await answer).toBe('in time');
  });

  it('ends even where the process is busy all the time', async () => {
    const block = setInterval(() => {
      const end = performance.now() + 15;
      while (performance.now() < end);
    }, 1);
    await expect(within(10, never)).rejects.toThrow(DeadlineExceeded);
    clearInterval(block);
  });
});
