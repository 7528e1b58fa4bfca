import { describe, expect, it } from '@jest/globals';

import { SingleFlight } from './single-flight.js';

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
    const coalesced = new SingleFlight<number>();
    const first = coalesced.load('a', load, undefined);
    const others = [
      coalesced.load('a', load, undefined),
      coalesced.load('a', load, undefined),
      coalesced.load('a', load, undefined),
    ];
    expect(started).toHaveLength(1);

    started[0]?.end();
    expect(await first).toBe(1);
    expect(started).toHaveLength(2);
    const late = coalesced.load('a', load, undefined);
    started[1]?.end();
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
    started[2]?.end();
    expect(await late).toBe(3);
  });

  it('are shared while they run by all who saw the same lease, and by no others', async () => {
    const { started, load } = loads();
    const coalesced = new SingleFlight<number>();
    const same = [coalesced.load('a', load, 'one'), coalesced.load('a', load, 'one')];
    const others = [coalesced.load('a', load, 'two'), coalesced.load('a', load, undefined)];
    started[0]?.end();
    expect(await Promise.all(same)).toEqual([1, 1]);
    const late = coalesced.load('a', load, 'two');
    started[1]?.end();
    expect(await Promise.all([...others, late])).toEqual([2, 2, 2]);
  });

  it('do not mix keys, and begin anew when all have ended', async () => {
    const { started, load } = loads();
    const coalesced = new SingleFlight<number>();
    const [a, b] = [coalesced.load('a', load, undefined), coalesced.load('b', load, undefined)];
    started.forEach(({ end }) => {
      end();
    });
    expect(await Promise.all([a, b])).toEqual([1, 2]);
    const again = coalesced.load('a', load, undefined);
    started[2]?.end();
    expect(await again).toBe(3);
  });

  it.each([undefined, 'a lease'])(
    'hand a failure to who began the load alone, where %s stands',
    async (lease) => {
      const { started, load } = loads();
      const coalesced = new SingleFlight<number>();
      const first = coalesced.load('a', load, lease);
      const others = [coalesced.load('a', load, lease), coalesced.load('a', load, lease)];
      started[0]?.fail();
      await expect(first).rejects.toThrow('load 1');
      expect(started).toHaveLength(2);
      started[1]?.end();
      expect(await Promise.all(others)).toEqual([2, 2]);
    },
  );

  it('hand a failure to nobody else though others wait for the next one', async () => {
    const { started, load } = loads();
    const coalesced = new SingleFlight<number>();
    const first = coalesced.load('a', load, 'one');
    const same = coalesced.load('a', load, 'one');
    const other = coalesced.load('a', load, 'two');
    started[0]?.fail();
    await expect(first).rejects.toThrow('load 1');
    started.slice(1).forEach(({ end }) => {
      end();
    });
    expect((await Promise.all([same, other])).every((number) => number > 1)).toBe(true);
  });

  it('hand a second failure to all who share it', async () => {
    const { started, load } = loads();
    const coalesced = new SingleFlight<number>();
    const all = [1, 2, 3].map(() => coalesced.load('a', load, 'a lease'));
    started[0]?.fail();
    await expect(all[0]).rejects.toThrow('load 1');
    started[1]?.fail();
    await expect(all[1]).rejects.toThrow('load 2');
    await expect(all[2]).rejects.toThrow('load 2');
    expect(started).toHaveLength(2);
  });
});
