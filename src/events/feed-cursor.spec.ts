import { describe, expect, it } from '@jest/globals';

import { formatCursor, parseCursor } from './feed-cursor.js';

describe('A feed cursor', () => {
  it('parses to the cursor that was formatted', () => {
    const cursor = { number: 42, tag: '9f86d081' };
    expect(formatCursor(cursor)).toBe('42-9f86d081');
    expect(parseCursor('42-9f86d081')).toEqual(cursor);
  });

  it('parses from a cursor of version 0.1.0, which no event has', () => {
    expect(parseCursor('763-1')).toEqual({ number: 763, tag: '1' });
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
    '1-A',
    '9007199254740992-1',
    '1-12345678901234567',
  ])('does not parse from %j', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
