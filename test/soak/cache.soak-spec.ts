import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { oneChecker, type Finding } from '../support/checker/check.js';
import { clusterFaults, faults } from '../support/checker/faults.js';
import { startCluster } from '../support/checker/faulty-cluster.js';
import { startRedis } from '../support/checker/faulty-redis.js';

/** The long run of the checker: `npm run test:soak -- cache`. Its figures stand in docs/cache.md. */
const size = { reads: 100_000, writes: 10_000 };
const longMs = 600_000;
const findings: Finding[] = [];

function expectNothingStale(finding: Finding): void {
  findings.push(finding);
  writeFileSync('dist/cache-check.json', JSON.stringify(findings.map(figures), null, 2));
  expect(finding.failures).toEqual([]);
  expect(finding.longestStaleMs).toBe(0);
}

function figures({ fault, reads, writes, hits, failures, stale, longestStaleMs }: Finding) {
  return { fault, reads, writes, hits, failures: failures.length, stale: stale.length, longestStaleMs };
}

describe('100,000 reads and 10,000 writes on one Redis', () => {
  const check = oneChecker(startRedis);
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'show nothing stale under %s',
    async (_name, fault) => {
      expectNothingStale(await check(fault, size));
    },
    longMs,
  );
});

describe('100,000 reads and 10,000 writes on a Redis Cluster', () => {
  const check = oneChecker(startCluster, 3);
  it.each(clusterFaults.map((fault) => [fault.name, fault] as const))(
    'show nothing stale under %s',
    async (_name, fault) => {
      expectNothingStale(await check(fault, size));
    },
    longMs,
  );
});
