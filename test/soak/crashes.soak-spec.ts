import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { DurabilityTrial, runCrashes } from '../support/checker/durability-trial.js';
import { noFindings } from '../support/checker/write-ledger.js';

describe('100 kills of the service and 20 of PostgreSQL', () => {
  it('lose no acknowledged write', async () => {
    const trial = await DurabilityTrial.start();
    const result = await runCrashes(trial, { service: 100, postgres: 20 });
    await trial.stop();
    writeFileSync('dist/crashes.json', JSON.stringify(result, null, 2));
    expect(result).toMatchObject(noFindings);
    expect(result.longestRecoveryMs).toBeLessThan(2_000);
  }, 1_200_000);
});
