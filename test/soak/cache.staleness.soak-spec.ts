import { writeFileSync } from 'node:fs';

import { afterAll, describe, expect, it } from '@jest/globals';

import { faults } from '../support/checker/cache-faults.js';
import { check, table, type Finding } from '../support/checker/cache-check.js';

/** Long run of the checker: `npm run test:soak -- cache`. docs/cache.md shows its figures. */
const scale = Number(process.env['CACHE_CHECK_PERCENT'] ?? 100) / 100;
const size = {
  replicas: 3,
  ...{ reads: 100_000 * scale, writes: 10_000 * scale, rounds: 20 * scale, freezes: 500 * scale },
};
const limitMs = 1_800_000;
const findings: Finding[] = [];

afterAll(() => {
  process.stdout.write(table(findings));
});

describe('100,000 reads and 10,000 writes', () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'include no stale read: %s',
    async (_name, fault) => {
      const finding = await check(fault, size);
      findings.push(finding);
      writeFileSync('dist/cache-check.md', table(findings));
      expect(finding).toMatchObject({ failures: [], longestStaleMs: 0 });
      expect(finding.hits).toBeGreaterThan(0);
    },
    limitMs,
  );
});
