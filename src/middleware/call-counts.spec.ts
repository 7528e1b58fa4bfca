import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { CallCounts } from './call-counts.js';

describe('The calls of a process', () => {
  it('are counted for each client, with what is left of its window', () => {
    const counts = new CallCounts(2, 60);
    expect(counts.count('ada')).toMatchObject({ consumedPoints: 1, remainingPoints: 1 });
    expect(counts.count('ada')).toMatchObject({ consumedPoints: 2, remainingPoints: 0 });
    const third = counts.count('ada');
    expect(third).toMatchObject({ consumedPoints: 3, remainingPoints: 0 });
    expect(third.msBeforeNext).toBeGreaterThan(50_000);
    expect(third.msBeforeNext).toBeLessThanOrEqual(60_000);
    expect(counts.count('grace').consumedPoints).toBe(1);
  });

  it('are counted anew once the window that the first of them began is over', async () => {
    const counts = new CallCounts(2, 0.5);
    counts.count('ada');
    await sleep(200);
    expect(counts.count('ada').consumedPoints).toBe(2);
    await sleep(400);
    expect(counts.count('ada').consumedPoints).toBe(1);
  });

  it('are forgotten of whoever has not called for the longest, where clients are too many', () => {
    const counts = new CallCounts(5, 60, 2);
    for (const client of ['ada', 'grace', 'ada', 'edsger']) counts.count(client);
    expect(counts.count('ada').consumedPoints).toBe(3);
    expect(counts.count('grace').consumedPoints).toBe(1);
  });
});
