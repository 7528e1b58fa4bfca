import { describe, expect, it } from '@jest/globals';

import { crash } from '../support/checker/crash-rounds.js';
import { nothingWrong } from '../support/checker/crashes.js';

describe('Where the service and its PostgreSQL are killed under load', () => {
  it('nothing that was acknowledged is lost, nothing is there twice, and nothing is half done', async () => {
    const finding = await crash({ service: 4, postgres: 3 });
    expect(finding).toMatchObject(nothingWrong);
    expect(finding.acknowledged).toBeGreaterThan(500);
    expect(finding.longestRecoveryMs).toBeLessThan(2_000);
  }, 120_000);
});
