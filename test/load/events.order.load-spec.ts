import { describe, expect, it } from '@jest/globals';

import { checkReader, followFeed, orderBySequence } from '../support/checker/feed-order.js';

describe('The event feed', () => {
  it('delivers every event once, and the events of a ticket in version order, regardless of commit order', async () => {
    const { written, readers } = await followFeed({ writers: 16, readers: 4, events: 10_000 });

    expect(written.length).toBeGreaterThanOrEqual(10_000);
    for (const seen of readers)
      expect(checkReader(seen, written)).toEqual({ missed: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('would lose events if a sequence alone ordered it', async () => {
    const { written, readers } = await followFeed({
      ...{ writers: 16, readers: 4, events: 1_000 },
      prepare: (database) => database.query(orderBySequence),
    });

    const missed = readers.map((seen) => checkReader(seen, written).missed);
    expect(Math.min(...missed)).toBeGreaterThan(0);
  });
});
