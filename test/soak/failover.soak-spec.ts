import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { FailoverTrial, killPrimary, switchOver } from '../support/checker/failover-trial.js';
import { killRedis, runRedisFailovers, switchRedis } from '../support/checker/sentinel-trial.js';
import { noFindings } from '../support/checker/write-ledger.js';

/** Faults of each kind; docs/operations.md shows the figures of twenty. */
const rounds = Number(process.env['FAILOVERS'] ?? 20);

const limitMs = 3_600_000;

describe('PostgreSQL under Patroni', () => {
  let trial: FailoverTrial;

  beforeAll(async () => {
    trial = await FailoverTrial.start();
  }, 120_000);

  afterAll(async () => {
    await trial.stop();
  });

  it.each([
    ['switchovers', switchOver],
    ['kills of the primary', killPrimary],
  ])(
    'loses nothing in %s',
    async (name, fault) => {
      const { figures, ledgers, ...findings } = await trial.run(fault, rounds);
      process.stdout.write(`${name}: ${JSON.stringify(figures)}\n`);
      expect(findings).toEqual({ missedEvents: 0, staleReads: [], unexpected: [] });
      for (const ledger of ledgers) expect(ledger).toEqual(noFindings);
    },
    limitMs,
  );
});

describe('Redis under Sentinel', () => {
  it.each([
    ['switchovers', switchRedis],
    ['kills of the primary', killRedis],
  ])(
    'is seen by no client in %s',
    async (name, fault) => {
      const { counts, ...findings } = await runRedisFailovers(fault, rounds);
      process.stdout.write(`Redis, ${name}: ${JSON.stringify(counts)}\n`);
      expect(findings).toEqual({ failures: [], staleReads: [] });
      expect(counts.hits).toBeGreaterThan(0);
    },
    limitMs,
  );
});
