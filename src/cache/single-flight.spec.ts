import { describe, expect, it } from '@jest/globals';

import { SingleFlight } from './single-flight.js';

/** Loads that the test completes one by one. */
function controlledLoads() {
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

describe('SingleFlight', () => {
  it('gives readers that arrive during a load the next load, which begins after their arrival', async () => {
    const { started, load } = controlledLoads();
    const flights = new SingleFlight<number>();
    const first = flights.load('a', load, undefined);
    const others = [
      flights.load('a', load, undefined),
      flights.load('a', load, undefined),
      flights.load('a', load, undefined),
    ];
    expect(started).toHaveLength(1);

    started[0]?.end();
    expect(await first).toBe(1);
    expect(started).toHaveLength(2);
    const late = flights.load('a', load, undefined);
    started[1]?.end();
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
    started[2]?.end();
    expect(await late).toBe(3);
  });

  it('shares a running load between readers of the same lease, and with no others', async () => {
    const { started, load } = controlledLoads();
    const flights = new SingleFlight<number>();
    const same = [flights.load('a', load, 'one'), flights.load('a', load, 'one')];
    const others = [flights.load('a', load, 'two'), flights.load('a', load, undefined)];
    started[0]?.end();
    expect(await Promise.all(same)).toEqual([1, 1]);
    const late = flights.load('a', load, 'two');
    started[1]?.end();
    expect(await Promise.all([...others, late])).toEqual([2, 2, 2]);
  });

  it('separates keys, and begins a new load when all have ended', async () => {
    const { started, load } = controlledLoads();
    const flights = new SingleFlight<number>();
    const [a, b] = [flights.load('a', load, undefined), flights.load('b', load, undefined)];
    started.forEach(({ end }) => {
      end();
    });
    expect(await Promise.all([a, b])).toEqual([1, 2]);
    const again = flights.load('a', load, undefined);
    started[2]?.end();
    expect(await again).toBe(3);
  });

  it.each([undefined, 'a lease'])(
    'passes an error only to the reader that began the load (lease: %s)',
    async (lease) => {
      const { started, load } = controlledLoads();
      const flights = new SingleFlight<number>();
      const first = flights.load('a', load, lease);
      const others = [flights.load('a', load, lease), flights.load('a', load, lease)];
      started[0]?.fail();
      await expect(first).rejects.toThrow('load 1');
      expect(started).toHaveLength(2);
      started[1]?.end();
      expect(await Promise.all(others)).toEqual([2, 2]);
    },
  );

  it('passes an error to no other reader while others wait for the next load', async () => {
    const { started, load } = controlledLoads();
    const flights = new SingleFlight<number>();
    const first = flights.load('a', load, 'one');
    const same = flights.load('a', load, 'one');
    const other = flights.load('a', load, 'two');
    started[0]?.fail();
    await expect(first).rejects.toThrow('load 1');
    started.slice(1).forEach(({ end }) => {
      end();
    });
    expect((await Promise.all([same, other])).every((number) => number > 1)).toBe(true);
  });

  it('passes a second error to all readers that share the load', async () => {
    const { started, load } = controlledLoads();
    const flights = new SingleFlight<number>();
    const all = [1, 2, 3].map(() => flights.load('a', load, 'a lease'));
    started[0]?.fail();
    await expect(all[0]).rejects.toThrow('load 1');
    started[1]?.fail();
    await expect(all[1]).rejects.toThrow('load 2');
    await expect(all[2]).rejects.toThrow('load 2');
    expect(started).toHaveLength(2);
  });
});
