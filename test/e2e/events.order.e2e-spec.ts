import { describe, expect, it } from '@jest/globals';

import { checkReader, followFeed } from '../support/checker/feed-order.js';

describe('The event feed', () => {
  it('delivers the events 1, 2, 3, … regardless of commit order, kills and open transactions', async () => {
    const { written, readers, kills } = await followFeed({ writers: 16, readers: 2, events: 600 });

    expect(written.length).toBeGreaterThanOrEqual(600);
    expect(kills).toBeGreaterThan(1);
    for (const seen of readers)
      expect(checkReader(seen, written)).toEqual({ missed: 0, duplicates: 0, outOfOrder: 0, gaps: 0 });
  });
});
