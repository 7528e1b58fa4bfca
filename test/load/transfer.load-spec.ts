import { describe, expect, it } from '@jest/globals';

import { followExports, importWithKills, measureImport } from '../support/checker/transfer-trial.js';

describe('An import under load', () => {
  it('of 2,000 tickets with 10,000 comments takes little time and memory, and lets other requests through', async () => {
    const result = await measureImport(2_000, 5);
    expect(result).toMatchObject({
      code: 0,
      failed: [],
      counts: { tickets: 2_000, broken: 0, events: 2_000 },
    });
    expect(result.seconds).toBeLessThan(12);
    expect(result.memoryMiB).toBeLessThan(64);
    expect(result.p50).toBeLessThan(100);
  });

  it('resumes after kills of the service, and imports every ticket once and whole', async () => {
    const { first, again, counts, kills } = await importWithKills(2_500, 2);
    expect(kills).toBeGreaterThan(1);
    expect(first).toMatchObject({ code: 0, output: '' });
    expect(again.errors).toContain('0 tickets created, 2500 existed, 0 lines invalid');
    expect(counts).toEqual({ tickets: 2_500, broken: 0, events: 2_500 });
  });
});

describe('An export while writers write', () => {
  it('is, with the feed after its cursor, what the tables have', async () => {
    const { differences, tickets, applied } = await followExports(8, 4);
    expect(differences).toEqual([]);
    expect(tickets).toBeGreaterThan(50);
    expect(applied).toBeGreaterThan(50);
  });
});
