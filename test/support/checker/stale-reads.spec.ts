import { describe, expect, it } from '@jest/globals';

import { findStaleReads, type Call } from './stale-reads.js';

const call = (kind: Call['kind'], version: number, begin: number, end: number, key = 'a'): Call => ({
  ...{ kind, version, begin, end, key },
});

describe('The checker of stale reads', () => {
  it('finds a read that began after a newer version was acknowledged', () => {
    const read = call('read', 1, 30, 31);
    expect(findStaleReads([call('write', 2, 0, 10), call('write', 3, 11, 20), read])).toEqual([
      { read, acknowledged: call('write', 3, 11, 20), staleMs: 20 },
    ]);
  });

  it.each([
    ['returns the newest version', [call('write', 2, 0, 10), call('read', 2, 11, 12)]],
    [
      'returns a version whose write is not acknowledged yet',
      [call('write', 2, 0, 30), call('read', 2, 11, 12)],
    ],
    ['began before the write was acknowledged', [call('write', 2, 0, 10), call('read', 1, 9, 50)]],
    ['began at the moment of the acknowledgement', [call('write', 2, 0, 10), call('read', 1, 10, 50)]],
    ['reads another key', [call('write', 2, 0, 10, 'b'), call('read', 1, 11, 12)]],
  ])('accepts a read that %s', (_case, calls) => {
    expect(findStaleReads(calls)).toEqual([]);
  });

  it('finds a read that began after an event of a newer version was received', () => {
    const read = call('read', 1, 30, 31);
    const event = call('event', 2, 20, 20);
    expect(findStaleReads([call('write', 2, 0, 40), event, read])).toEqual([
      { read, acknowledged: event, staleMs: 10 },
    ]);
  });

  it('ignores an older write that is acknowledged later', () => {
    const calls = [call('write', 3, 0, 10), call('write', 2, 0, 20), call('read', 2, 30, 31)];
    expect(findStaleReads(calls)).toMatchObject([{ staleMs: 20 }]);
  });
});
