import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { check, type Finding } from './checker/check.js';
import { faults } from './checker/faults.js';

/** The long run of the checker: `npm run check:cache`. Its figures stand in docs/cache.md. */
const findings: Finding[] = [];

describe('100,000 reads and 10,000 writes', () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'show nothing stale under %s',
    async (_name, fault) => {
      const finding = await check(fault, { reads: 100_000, writes: 10_000 });
      findings.push(finding);
      writeFileSync('dist/cache-check.json', JSON.stringify(findings.map(figures), null, 2));
      expect(finding.failures).toEqual([]);
      expect(finding.longestStaleMs).toBe(0);
    },
    600_000,
  );
});

function figures({ fault, reads, writes, hits, failures, stale, longestStaleMs }: Finding) {
  return { fault, reads, writes, hits, failures: failures.length, stale: stale.length, longestStaleMs };
}
