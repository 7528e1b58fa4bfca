import { describe, expect, it } from '@jest/globals';

import { runCrashes } from '../support/checker/durability-trial.js';
import { noFindings } from '../support/checker/write-ledger.js';

describe('When the service and its PostgreSQL are killed under load', () => {
  it('no acknowledged write is lost, and no write takes effect twice or in part', async () => {
    const result = await runCrashes({ service: 2, postgres: 2 });
    expect(result).toMatchObject(noFindings);
    expect(result.acknowledged).toBeGreaterThan(250);
    expect(result.longestRecoveryMs).toBeLessThan(2_000);
  });
});
