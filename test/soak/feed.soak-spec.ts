import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { checkReader, followFeed } from '../support/checker/feed-order.js';

describe('The event feed', () => {
  it('delivers the events 1, 2, 3, … to 50,000 regardless of commit order, kills and open transactions', async () => {
    const { written, readers, kills } = await followFeed({ writers: 16, readers: 4, events: 50_000 });
    const findings = readers.map((seen) => checkReader(seen, written));
    writeFileSync(
      'dist/feed-order.json',
      JSON.stringify({ events: written.length, kills, findings }, null, 2),
    );

    expect(written.length).toBeGreaterThanOrEqual(50_000);
    for (const found of findings) expect(found).toEqual({ missed: 0, duplicates: 0, outOfOrder: 0, gaps: 0 });
  }, 600_000);
});
