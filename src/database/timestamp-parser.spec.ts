import { describe, expect, it } from '@jest/globals';

import { parseTimestamp } from './timestamp-parser.js';

describe('parseTimestamp', () => {
  it.each([
    ['2026-11-23 07:15:42.505+00', '2026-11-23T07:15:42.505Z'],
    ['2026-11-23 07:15:42.5+00', '2026-11-23T07:15:42.500Z'],
    ['2026-11-23 07:15:42+00', '2026-11-23T07:15:42.000Z'],
    ['2026-11-23 07:15:42.123456+00', '2026-11-23T07:15:42.123Z'],
    ['2026-11-23 12:45:42.5+05:30', '2026-11-23T07:15:42.500Z'],
    ['2026-11-23 02:15:42-05', '2026-11-23T07:15:42.000Z'],
  ])('converts %s to %s', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });
});
