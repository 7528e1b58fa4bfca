import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';

import { Batch } from './batch.js';
import { DatabaseUnavailable } from './database-errors.js';
import { Deadline } from './deadline.js';

/** A statement that doubles numbers, and records how they were sent. It waits until `release` is called. */
class Doubling {
  readonly sent: number[][] = [];
  readonly sentAlone: number[] = [];
  readonly skipped = new Set<number>();
  private readonly held: (() => void)[] = [];
  error: Error | undefined;

  readonly batch = new Batch<number, number>({
    together: async (items) => {
      this.sent.push(items);
      await new Promise<void>((resolve) => this.held.push(resolve));
      if (this.error) throw this.error;
      return items.map((item) => (this.skipped.has(item) ? undefined : 2 * item));
    },
    alone: (item) => {
      this.sentAlone.push(item);
      return item === 13 ? Promise.reject(withCode('23514')) : Promise.resolve(2 * item);
    },
  });

  run(item: number, deadline = new Deadline()): Promise<number> {
    return this.batch.run(item, deadline);
  }

  release(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}

const withCode = (code: string) => Object.assign(new DatabaseError('failed', 0, 'error'), { code });
const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('A batch', () => {
  it('sends an item that arrives alone at the end of the turn', async () => {
    const doubling = new Doubling();
    const result = doubling.run(21);
    expect(doubling.sent).toEqual([]);
    await turn();
    expect(doubling.sent).toEqual([[21]]);
    doubling.release();
    expect(await result).toBe(42);
  });

  it('sends together what arrives in one turn, and what arrives while two statements run', async () => {
    const doubling = new Doubling();
    const results = [doubling.run(1), doubling.run(2)];
    await turn();
    results.push(doubling.run(3));
    await turn();
    results.push(doubling.run(4));
    await turn();
    results.push(doubling.run(5));
    await turn();
    expect(doubling.sent).toEqual([[1, 2], [3]]);
    doubling.release();
    await turn();
    await turn();
    expect(doubling.sent).toEqual([[1, 2], [3], [4, 5]]);
    doubling.release();
    expect(await Promise.all(results)).toEqual([2, 4, 6, 8, 10]);
  });

  it('sends at most 128 items in a statement', async () => {
    const doubling = new Doubling();
    const results = numbers(1, 130).map((item) => doubling.run(item));
    await turn();
    await turn();
    expect(doubling.sent.map(({ length }) => length)).toEqual([128, 2]);
    doubling.release();
    expect(await Promise.all(results)).toEqual(numbers(1, 130).map((item) => 2 * item));
  });

  it('runs an item alone if the statement skipped it', async () => {
    const doubling = new Doubling();
    doubling.skipped.add(2);
    const results = [1, 2, 3].map((item) => doubling.run(item));
    await turn();
    doubling.release();
    expect(await Promise.all(results)).toEqual([2, 4, 6]);
    expect(doubling.sentAlone).toEqual([2]);
  });

  it.each(['22021', '23505', '40P01', '54000', '55P03'])(
    'runs each item alone after SQLSTATE %s, so that one fails and the others succeed',
    async (code) => {
      const doubling = new Doubling();
      doubling.error = withCode(code);
      const results = [12, 13, 14].map((item) => doubling.run(item));
      await turn();
      doubling.release();
      const settled = await Promise.allSettled(results);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(settled[1]).toMatchObject({ reason: { code: '23514' } });
      expect(doubling.sentAlone).toEqual([12, 13, 14]);
    },
  );

  it('runs a statement that took too long again in halves, and one more item in the next for each that succeeds', async () => {
    const doubling = new Doubling();
    doubling.error = new DatabaseUnavailable(withCode('57014'));
    const results = numbers(1, 8).map((item) => doubling.run(item));
    await turn();
    doubling.release();
    await turn();
    await turn();
    await turn();
    expect(doubling.sent.map(({ length }) => length)).toEqual([8, 4, 4]);
    doubling.error = undefined;
    results.push(...numbers(9, 20).map((item) => doubling.run(item)));
    for (let n = 0; n < 9; n++) {
      doubling.release();
      await turn();
    }
    expect(await Promise.all(results)).toEqual(numbers(1, 20).map((item) => 2 * item));
    expect(doubling.sent.map(({ length }) => length)).toEqual([8, 4, 4, 6, 6]);
    expect(doubling.sentAlone).toEqual([]);
  });

  it('rejects a single item that took too long', async () => {
    const doubling = new Doubling();
    doubling.error = new DatabaseUnavailable(withCode('57014'));
    const result = doubling.run(1);
    await turn();
    doubling.release();
    await expect(result).rejects.toBe(doubling.error);
    expect(doubling.sent).toEqual([[1]]);
  });

  it.each([
    ['a lost connection', new DatabaseUnavailable(new Error('Connection terminated'))],
    ['a shutdown of PostgreSQL', new DatabaseUnavailable(withCode('57P01'))],
    ['a full disk', new DatabaseUnavailable(withCode('53100'))],
  ])('runs no item again after %s', async (_name, error) => {
    const doubling = new Doubling();
    doubling.error = error;
    const results = [1, 2].map((item) => doubling.run(item));
    await turn();
    doubling.release();
    expect(await Promise.allSettled(results)).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(doubling.sentAlone).toEqual([]);
  });

  it('never sends an item after its deadline', async () => {
    const doubling = new Doubling();
    const results = [doubling.run(1)];
    await turn();
    results.push(doubling.run(2));
    await turn();
    const late = doubling.run(3, new Deadline(120));
    await sleep(25);
    doubling.release();
    await expect(late).rejects.toThrow(DatabaseUnavailable);
    await turn();
    doubling.release();
    await Promise.all(results);
    await turn();
    expect(doubling.sent.flat()).toEqual([1, 2]);
  });
});
