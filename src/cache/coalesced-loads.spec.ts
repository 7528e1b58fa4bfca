import { describe, expect, it } from '@jest/globals';

import { CoalescedLoads } from './coalesced-loads.js';

/** A load that ends when the test says so. */
function loads() {
  const started: { end: () => void; fail: () => void }[] = [];
  const load = () =>
    new Promise<number>((resolve, reject) => {
      const number = started.length + 1;
      started.push({
        end: () => {
          resolve(number);
        },
        fail: () => {
          reject(new Error(`load ${number}`));
        },
      });
    });
  return { started, load };
}

describe('Coalesced loads', () => {
  it('give all who come while one runs the next one, which begins after they came', async () => {
    const { started, load } = loads();
    const coalesced = new CoalescedLoads<number>();
    const first = coalesced.load('a', load);
    const others = [coalesced.load('a', load), coalesced.load('a', load), coalesced.load('a', load)];
    expect(started).toHaveLength(1);

    started[0]?.end();
    expect(await first).toBe(1);
    expect(started).toHaveLength(2);
    const late = coalesced.load('a', load);
    started[1]?.end();
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
    started[2]?.end();
    expect(await late).toBe(3);
  });

  it('do not mix keys, and begin anew when all have ended', async () => {
    const { started, load } = loads();
    const coalesced = new CoalescedLoads<number>();
    const [a, b] = [coalesced.load('a', load), coalesced.load('b', load)];
    started.forEach(({ end }) => {
      end();
    });
    expect(await Promise.all([a, b])).toEqual([1, 2]);
    const again = coalesced.load('a', load);
    started[2]?.end();
    expect(await again).toBe(3);
  });

  it('hand a failure to those who share it alone', async () => {
    const { started, load } = loads();
    const coalesced = new CoalescedLoads<number>();
    const first = coalesced.load('a', load);
    const second = coalesced.load('a', load);
    started[0]?.fail();
    await expect(first).rejects.toThrow('load 1');
    started[1]?.end();
    expect(await second).toBe(2);
  });
});
