import { describe, expect, it } from '@jest/globals';

import { formatPlace, isBefore, laterOf, parsePlace, type FeedPlace } from './feed-place.js';

/** Places in their order. */
const places: FeedPlace[] = [
  { position: 1, id: 2 },
  { position: 1, id: 3 },
  { position: 2, id: 1 },
  { position: 3, id: 0 },
];

describe('A place in the feed', () => {
  it('comes before those of a later position, and those of its own with a greater id', () => {
    for (const [n, one] of places.entries()) {
      for (const [m, other] of places.entries()) {
        expect(isBefore(one, other)).toBe(n < m);
        expect(laterOf(one, other)).toEqual(places[Math.max(n, m)]);
      }
    }
  });

  it('is read as it was written', () => {
    for (const place of places) expect(parsePlace(formatPlace(place))).toEqual(place);
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
    expect(parsePlace(written)).toBeUndefined();
  });
});
