import { writeFileSync } from 'node:fs';

import { expect, it } from '@jest/globals';

import { crash } from '../support/checker/crash-rounds.js';
import { nothingWrong } from '../support/checker/crashes.js';

/** The long run: `npm run test:soak -- crashes`. It writes its figures to dist/. */
it('100 kills of the service and 20 of PostgreSQL lose nothing', async () => {
  const finding = await crash({ service: 100, postgres: 20 });
  writeFileSync('dist/crashes.json', JSON.stringify(finding, null, 2));
  expect(finding).toMatchObject(nothingWrong);
  expect(finding.longestRecoveryMs).toBeLessThan(2_000);
}, 1_200_000);
