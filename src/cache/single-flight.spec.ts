import { describe, expect, it } from '@jest/globals';

import { SharedReads, SingleFlight } from './single-flight.js';

/** A load that the test ends. */
function controlledLoads() {
  const ends: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const load = () => new Promise<string>((resolve, reject) => ends.push({ resolve, reject }));
  return { ends, load };
}

describe('Loads of one key', () => {
  it('are shared by the readers that wait for a load to begin', async () => {
    const flights = new SingleFlight<string>();
    const { ends, load } = controlledLoads();
    const readers = [1, 2, 3].map(() => flights.load('key', load));
    expect(ends).toHaveLength(1);
    ends[0]?.resolve('old');
    expect(await readers[0]).toBe('old');
    await new Promise(setImmediate);
    expect(ends).toHaveLength(2);
    ends[1]?.resolve('new');
    expect(await Promise.all(readers)).toEqual(['old', 'new', 'new']);
  });

  it('begin after their reader came, also after a load that fails', async () => {
    const flights = new SingleFlight<string>();
    const { ends, load } = controlledLoads();
    const first = flights.load('key', load);
    const second = flights.load('key', load);
    ends[0]?.reject(new Error('not found'));
    await expect(first).rejects.toThrow('not found');
    await new Promise(setImmediate);
    const third = flights.load('key', load);
    ends[1]?.resolve('created');
    expect(await second).toBe('created');
    await new Promise(setImmediate);
    ends[2]?.resolve('changed');
    expect(await third).toBe('changed');
  });

  it('of other keys do not wait', () => {
    const flights = new SingleFlight<string>();
    const { ends, load } = controlledLoads();
    void flights.load('one', load);
    void flights.load('other', load);
    expect(ends).toHaveLength(2);
  });
});

describe('Reads of one key', () => {
  it('are shared by the readers of one turn, begin after all of them came, and not by later readers', async () => {
    const shared = new SharedReads<number>();
    let begun = 0;
    const begin = (readers: number) => Promise.resolve(++begun * 10 + readers);
    const first = [shared.read('key', begin), shared.read('key', begin), shared.read('other', begin)];
    await Promise.resolve();
    expect(begun).toBe(0);
    const later = shared.read('key', begin);
    expect(await Promise.all([...first, later])).toEqual([13, 13, 21, 13]);
    expect(await shared.read('key', begin)).toBe(31);
  });

  it('share an error, which the next reader does not get', async () => {
    const shared = new SharedReads<number>();
    const fail = () => Promise.reject(new Error('no'));
    const failed = [shared.read('key', fail), shared.read('key', fail)];
    for (const read of failed) await expect(read).rejects.toThrow('no');
    expect(await shared.read('key', () => Promise.resolve(1))).toBe(1);
  });
});
