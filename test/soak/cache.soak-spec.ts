import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { sharedChecker, type Finding } from '../support/checker/cache-checker.js';
import { faults } from '../support/checker/faults.js';

/** Long run of the checker: `npm run test:soak -- cache`. docs/cache.md shows its figures. */
const size = { reads: 100_000, writes: 10_000 };
const limitMs = 600_000;
const findings: Finding[] = [];

function expectNoStaleReads(finding: Finding): void {
  findings.push(finding);
  writeFileSync('dist/cache-check.json', JSON.stringify(findings.map(figures), null, 2));
  expect(finding.failures).toEqual([]);
  expect(finding.longestStaleMs).toBe(0);
}

function figures({ fault, reads, writes, hits, failures, stale, longestStaleMs }: Finding) {
  return { fault, reads, writes, hits, failures: failures.length, stale: stale.length, longestStaleMs };
}

describe('100,000 reads and 10,000 writes', () => {
  const check = sharedChecker();
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'include no stale read: %s',
    async (_name, fault) => {
      expectNoStaleReads(await check(fault, size));
    },
    limitMs,
  );
});
