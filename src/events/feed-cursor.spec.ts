import { describe, expect, it } from '@jest/globals';

import { formatCursor, isBefore, maxCursor, parseCursor, type FeedCursor } from './feed-cursor.js';

/** Places in their order. */
const cursors: FeedCursor[] = [
  { position: 1, id: 2 },
  { position: 1, id: 3 },
  { position: 2, id: 1 },
  { position: 3, id: 0 },
];

describe('A cursor in the feed', () => {
  it('comes before those of a later position, and those of its own with a greater id', () => {
    for (const [n, one] of cursors.entries()) {
      for (const [m, other] of cursors.entries()) {
        expect(isBefore(one, other)).toBe(n < m);
        expect(maxCursor(one, other)).toEqual(cursors[Math.max(n, m)]);
      }
    }
  });

  it('is read as it was written', () => {
    for (const cursor of cursors) expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    '1',
    '1-',
    '-1',
    '1-2-3',
    '1-2 ',
    ' 1-2',
    '01-2',
    '1-02',
    '9007199254740992-1',
    '1-9007199254740992',
  ])('is not read from %j', (written) => {
    expect(parseCursor(written)).toBeUndefined();
  });
});
