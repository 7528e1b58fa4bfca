import { describe, expect, it } from '@jest/globals';

import { followExports, importWithKills, measureImport } from '../support/checker/transfer-trial.js';

describe('Import and export at full length', () => {
  it('import 10,000 tickets with 50,000 comments in under a minute and 64 MiB', async () => {
    const { code, seconds, memoryMiB, failed, p50, p99, counts } = await measureImport(10_000, 5);
    const figures = { code, seconds, memoryMiB, failed, p50, p99, counts };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(figures).toMatchObject({
      code: 0,
      failed: [],
      counts: { tickets: 10_000, broken: 0, events: 10_000 },
    });
    expect(figures.seconds).toBeLessThan(60);
    expect(figures.memoryMiB).toBeLessThan(64);
  }, 300_000);

  it('survive twenty kills', async () => {
    const { first, counts, kills } = await importWithKills(40_000, 20);
    process.stdout.write(`${kills} kills\n`);
    expect(first.code).toBe(0);
    expect(counts).toEqual({ tickets: 40_000, broken: 0, events: 40_000 });
  }, 600_000);

  it('follow exports under writers', async () => {
    const result = await followExports(16, 30);
    process.stdout.write(`${result.tickets} tickets, ${result.applied} events applied\n`);
    expect(result.differences).toEqual([]);
  }, 600_000);
});
