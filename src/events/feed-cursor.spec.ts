import { describe, expect, it } from '@jest/globals';

import { formatCursor, isBefore, maxCursor, parseCursor, type FeedCursor } from './feed-cursor.js';

/** Cursors in ascending order. */
const cursors: FeedCursor[] = [
  { position: 1, id: 2 },
  { position: 1, id: 3 },
  { position: 2, id: 1 },
  { position: 3, id: 0 },
];

describe('A feed cursor', () => {
  it('is ordered by position, then by id', () => {
    for (const [n, cursor] of cursors.entries()) {
      for (const [m, other] of cursors.entries()) {
        expect(isBefore(cursor, other)).toBe(n < m);
        expect(maxCursor(cursor, other)).toEqual(cursors[Math.max(n, m)]);
      }
    }
  });

  it('parses to the cursor that was formatted', () => {
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
  ])('does not parse from %j', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
