import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { DeadlineExceeded, within } from './deadline.js';

const never = new Promise<never>(() => undefined);

describe('A deadline', () => {
  it('passes results and errors through', async () => {
    await expect(within(30, Promise.resolve(1))).resolves.toBe(1);
    await expect(within(30, Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  it('rejects without a response', async () => {
    await expect(within(10, never)).rejects.toThrow(new DeadlineExceeded('No response within 10 ms'));
  });

  it('rejects on time in an idle process', async () => {
    const times = [];
    for (let n = 0; n < 5; n++) {
      const begin = performance.now();
      await within(10, never).catch(() => undefined);
      times.push(performance.now() - begin);
    }
    expect(Math.min(...times)).toBeLessThan(25);
  });

  it('grants a few more milliseconds after the process was busy', async () => {
    const response = within(
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
    expect(await response).toBe('just after');
  });

  it('accepts a response that arrived while the process was busy', async () => {
    const response = within(10, sleep(5, 'in time'));
    const end = performance.now() + 50;
    while (performance.now() < end);
    expect(await response).toBe('in time');
  });

  it('rejects even in a process that is always busy', async () => {
    const block = setInterval(() => {
      const end = performance.now() + 15;
      while (performance.now() < end);
    }, 1);
    await expect(within(10, never)).rejects.toThrow(DeadlineExceeded);
    clearInterval(block);
  });
});
