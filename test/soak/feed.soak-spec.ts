import { writeFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { checkReader, followFeed } from '../support/checker/feed-order.js';

describe('The event feed', () => {
  it('delivers each of 50,000 events once to four readers, and the events of a ticket in version order', async () => {
    const { written, readers } = await followFeed({ writers: 16, readers: 4, events: 50_000 });
    const findings = readers.map((seen) => checkReader(seen, written));
    writeFileSync('dist/feed-order.json', JSON.stringify({ events: written.length, findings }, null, 2));

    expect(written.length).toBeGreaterThanOrEqual(50_000);
    for (const found of findings) expect(found).toEqual({ missed: 0, duplicates: 0, outOfOrder: 0 });
  }, 600_000);
});
