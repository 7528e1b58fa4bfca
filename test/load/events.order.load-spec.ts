import { describe, expect, it } from '@jest/globals';

import { faultsOf, followFeed, plainSequence } from '../support/checker/feed.js';

describe('The feed', () => {
  it('shows every reader every event once, and those of a ticket in order, however writers commit', async () => {
    const { written, readers } = await followFeed({ writers: 16, readers: 4, events: 10_000 });

    expect(written.length).toBeGreaterThanOrEqual(10_000);
    for (const seen of readers) expect(faultsOf(seen, written)).toEqual({ missed: 0, twice: 0, disorder: 0 });
  }, 120_000);

  it('would make readers miss events in the order of the plain sequence', async () => {
    const { written, readers } = await followFeed({
      ...{ writers: 16, readers: 4, events: 1_000 },
      prepare: (database) => database.query(plainSequence),
    });

    const missed = readers.map((seen) => faultsOf(seen, written).missed);
    expect(Math.min(...missed)).toBeGreaterThan(0);
  }, 60_000);
});
