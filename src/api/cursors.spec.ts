import { describe, expect, it } from '@jest/globals';

import { readEnvironment } from '../config/read-environment.js';
import { Cursors } from './cursors.js';
import { InvalidRequest } from './problem.js';

const cursors = (key: string) => new Cursors(readEnvironment({ SECRET_KEY: key.repeat(32) }));

describe('A cursor', () => {
  it('returns the sealed position on every replica with the same key', () => {
    const cursor = cursors('a').seal('list', ['2026-01-01T00:00:00.000Z', 7]);
    expect(cursors('a').open('list', cursor)).toEqual(['2026-01-01T00:00:00.000Z', 7]);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it('of an older version of the service is accepted, because the encryption does not change', () => {
    expect(cursors('a').seal('list', [7])).toBe('0XrvJPQ1uXxnoUKW9SVvF1s3XQ');
  });

  it('is rejected for another list, and with another key', () => {
    const cursor = cursors('a').seal('list', [7]);
    expect(() => cursors('a').open('lis', cursor)).toThrow(InvalidRequest);
    expect(() => cursors('b').open('list', cursor)).toThrow(InvalidRequest);
  });

  it('is named as the invalid field when it is rejected', () => {
    const field = {
      field: 'cursor',
      message: 'must be a next_cursor of the same list, with the same filters and order',
    };
    const open = () => cursors('a').open('list', 'invented');
    expect(errorOf(open)).toMatchObject({ kind: 'invalid-request', extensions: { errors: [field] } });
  });

  it('is accepted if it was sealed with SECRET_KEY_PREVIOUS', () => {
    const cursor = cursors('a').seal('list', [7]);
    const keys = { SECRET_KEY: 'b'.repeat(32), SECRET_KEY_PREVIOUS: 'a'.repeat(32) };
    const rotated = new Cursors(readEnvironment(keys));
    expect(rotated.open('list', cursor)).toEqual([7]);
    expect(cursors('b').open('list', rotated.seal('list', [8]))).toEqual([8]);
  });

  it('is rejected with any character changed, added or removed', () => {
    const cursor = cursors('a').seal('list', [7]);
    for (let at = 0; at < cursor.length; at++) {
      for (const other of ['A', '_', '=', '+', '']) {
        const altered = cursor.slice(0, at) + other + cursor.slice(at + 1);
        if (altered !== cursor) expect(() => cursors('a').open('list', altered)).toThrow(InvalidRequest);
      }
    }
    for (const altered of ['', 'A', `${cursor}=`, `${cursor}A`, ` ${cursor}`, cursor.repeat(2)]) {
      expect(() => cursors('a').open('list', altered)).toThrow(InvalidRequest);
    }
  });
});

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
