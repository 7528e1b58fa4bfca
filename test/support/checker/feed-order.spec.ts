import { describe, expect, it } from '@jest/globals';

import { checkReader } from './feed-order.js';

const written = [
  { number: 1, ticket: 1, version: 1 },
  { number: 2, ticket: 2, version: 1 },
  { number: 3, ticket: 1, version: 2 },
  { number: 4, ticket: 1, version: 3 },
];
const nothing = { missed: 0, duplicates: 0, outOfOrder: 0, gaps: 0 };

describe('The checker of the feed', () => {
  it('finds nothing in a complete feed', () => {
    expect(checkReader(written, written)).toEqual(nothing);
  });

  it.each([
    ['an event that is missing at the end', [0, 1, 2], { missed: 1 }],
    ['an event that is missing between others', [0, 1, 3], { missed: 1, outOfOrder: 1, gaps: 1 }],
    ['an event that comes twice', [0, 1, 2, 2, 3], { duplicates: 1, outOfOrder: 1, gaps: 2 }],
    ['versions out of order', [0, 1, 3, 2], { outOfOrder: 2, gaps: 2 }],
  ])('finds %s', (_fault, order, found) => {
    const seen = order.flatMap((index) => written.slice(index, index + 1));
    expect(checkReader(seen, written)).toEqual({ ...nothing, ...found });
  });
});
