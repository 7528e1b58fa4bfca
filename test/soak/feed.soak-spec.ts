import { writeFileSync } from 'node:fs';

import { expect, it } from '@jest/globals';

import { faultsOf, followFeed } from '../support/checker/feed.js';

/** The long run: `npm run test:soak -- feed`. It writes its figures to dist/. */
it('four readers see each of 50,000 events once, and those of a ticket in order', async () => {
  const { written, readers } = await followFeed({ writers: 16, readers: 4, events: 50_000 });
  const faults = readers.map((seen) => faultsOf(seen, written));
  writeFileSync('dist/feed-order.json', JSON.stringify({ events: written.length, faults }, null, 2));

  expect(written.length).toBeGreaterThanOrEqual(50_000);
  for (const found of faults) expect(found).toEqual({ missed: 0, twice: 0, disorder: 0 });
}, 600_000);
