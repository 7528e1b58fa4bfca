import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { eventually } from '../../test/support/eventually.js';
import type { FeedEvent } from './feed-event.js';
import { FeedRestarted, type FeedCursor } from './feed-cursor.js';
import { FeedTail } from './feed-tail.js';
import type { FeedService, FeedBatch, FeedStart } from './feed.service.js';

/** A cursor of the growing feed. */
const at = (number: number): FeedCursor => ({ number, tag: `tag${number}` });

/** A feed that grows on demand, and records the times of its reads. */
class GrowingFeed {
  readonly readAt: number[] = [];
  /** Runs during each read. */
  onRead = (): Promise<void> => Promise.resolve();
  private last = 9;

  grow(count: number): void {
    this.last += count;
  }

  get end(): FeedCursor {
    return at(this.last);
  }

  async read(start: FeedStart, limit: number): Promise<FeedBatch> {
    this.readAt.push(performance.now());
    await this.onRead();
    if (start === 'now') return { events: [], next: this.end };
    if (typeof start === 'string') throw new Error(`A tail does not start at ${start}`);
    const next = Math.min(start.number + limit, this.last);
    const numbers = Array.from({ length: next - start.number }, (_, n) => start.number + n + 1);
    return { events: numbers.map((number) => ({ cursor: at(number) }) as FeedEvent), next: at(next) };
  }
}

let feed: GrowingFeed;
let tail: FeedTail;
let notifications: number;
let restarts: number;

beforeEach(() => {
  feed = new GrowingFeed();
  tail = new FeedTail(feed as unknown as FeedService);
  notifications = 0;
  restarts = 0;
});

afterEach(() => {
  tail.pause();
});

/** Starts the tail, and then adds events; resolves to the cursor before them, once the tail has them. */
async function startAndGrow(growth: number): Promise<FeedCursor> {
  tail.start({ moved: () => notifications++, restarted: () => restarts++ });
  await eventually(() => Promise.resolve(tail.end !== undefined));
  const begin = feed.end;
  feed.grow(growth);
  await eventually(() => Promise.resolve(tail.end?.number === feed.end.number));
  return begin;
}

const numbersAfter = (cursor: FeedCursor) => tail.after(cursor)?.events.map((event) => event.cursor.number);

describe('The tail of the feed', () => {
  it('has no end and no events before its first poll', () => {
    expect(tail.end).toBeUndefined();
    expect(tail.after(at(1_000))).toBeUndefined();
  });

  it('returns the events after a cursor, and the end as the next cursor', async () => {
    const begin = await startAndGrow(3);
    expect(numbersAfter(begin)).toEqual([10, 11, 12]);
    expect(numbersAfter(at(10))).toEqual([11, 12]);
    expect(tail.after(begin)?.next).toEqual(feed.end);
    expect(tail.after(feed.end)).toEqual({ events: [], next: feed.end });
    expect(notifications).toBe(1);
  });

  it('does not know a cursor ahead of its end, nor one with another tag', async () => {
    const begin = await startAndGrow(3);
    for (const number of [begin.number, 10, 11, 12])
      expect(tail.after({ number, tag: 'other' })).toBeUndefined();
    expect(tail.after(at(13))).toBeUndefined();
  });

  it('drops its events and reports a restart if its last event is gone', async () => {
    const begin = await startAndGrow(3);
    const bounds = { floor: at(0), newest: at(11) };
    feed.onRead = () => Promise.reject(new FeedRestarted(feed.end, bounds));
    await eventually(() => Promise.resolve(restarts > 0));
    expect(restarts).toBe(1);
    expect([tail.end, tail.after(begin)]).toEqual([undefined, undefined]);
  });

  it('polls at once after a call of moved', async () => {
    await startAndGrow(1);
    await eventually(() => Promise.resolve(feed.readAt.length === 3));
    feed.grow(1);
    tail.moved();
    await eventually(() => Promise.resolve(feed.readAt.length === 4));
    expect((feed.readAt[3] ?? 0) - (feed.readAt[2] ?? 0)).toBeLessThan(90);
  });

  it('returns at most a hundred events at a time', async () => {
    let cursor = await startAndGrow(250);
    const sizes: number[] = [];
    while (cursor.number < feed.end.number) {
      const batch = tail.after(cursor);
      sizes.push(batch?.events.length ?? 0);
      cursor = batch?.next ?? feed.end;
    }
    expect(sizes).toEqual([100, 100, 50]);
    // After a full batch that ends with the last event, the next cursor is the end too.
    expect(tail.after(at(159))?.events).toHaveLength(100);
    expect(tail.after(at(159))?.next).toEqual(feed.end);
  });

  it('keeps the last thousand events, and returns undefined for earlier cursors', async () => {
    feed.grow(5);
    const begin = await startAndGrow(1_500);
    expect(tail.after(at(1))).toBeUndefined();
    expect(tail.after(begin)).toBeUndefined();
    expect(tail.after(at(513))).toBeUndefined();
    expect(numbersAfter(at(514))?.[0]).toBe(515);
    feed.grow(1);
    await eventually(() => Promise.resolve(tail.end?.number === feed.end.number));
    expect(tail.after(at(514))).toBeUndefined();
    expect(numbersAfter(at(515))?.[0]).toBe(516);
  });

  it('polls ten times a second, and immediately again after a full batch', async () => {
    await startAndGrow(2_500);
    await eventually(() => Promise.resolve(feed.readAt.length === 7));
    const pauses = feed.readAt.map((at, n) => at - (feed.readAt[n - 1] ?? 0));
    // The first poll finds the end of the feed, and the second and third find a thousand events each.
    expect(Math.min(...pauses.slice(2, 4))).toBeLessThan(90);
    for (const n of [1, 5, 6]) expect(pauses[n]).toBeGreaterThanOrEqual(98);
    expect(notifications).toBe(3);
  });

  it('logs a failing feed once, and continues when it recovers', async () => {
    const warnings: unknown[] = [];
    Logger.overrideLogger({
      log: () => 0,
      error: () => 0,
      warn: (...parts: unknown[]) => warnings.push(parts),
    });
    await startAndGrow(1);
    feed.onRead = () => Promise.reject(new Error('unavailable'));
    const { length } = feed.readAt;
    await eventually(() => Promise.resolve(warnings.length > 0));
    expect(feed.readAt).toHaveLength(length + 1);
    await eventually(() => Promise.resolve(feed.readAt.length === length + 2));
    expect((feed.readAt[length + 1] ?? 0) - (feed.readAt[length] ?? 0)).toBeGreaterThanOrEqual(990);
    expect(warnings).toEqual([['The feed cannot be read: Error: unavailable', 'FeedTail']]);
    feed.onRead = () => Promise.resolve();
    feed.grow(1);
    await eventually(() => Promise.resolve(notifications === 2));
  });

  it('does not clear the events of a later start when a poll from before the pause fails', async () => {
    await startAndGrow(3);
    let fail: () => void = () => undefined;
    feed.onRead = () =>
      new Promise((_, reject) => {
        fail = () => {
          reject(new FeedRestarted(feed.end, { floor: at(0), newest: at(11) }));
        };
      });
    const { length } = feed.readAt;
    await eventually(() => Promise.resolve(feed.readAt.length > length));
    tail.pause();
    feed.onRead = () => Promise.resolve();
    await startAndGrow(2);
    fail();
    await sleep(20);
    expect(tail.end).toEqual(feed.end);
    expect(restarts).toBe(0);
  });

  it('drops all events when it is paused, even those of a poll in progress', async () => {
    const begin = await startAndGrow(3);
    feed.onRead = () => {
      tail.pause();
      return Promise.resolve();
    };
    feed.grow(3);
    const { length } = feed.readAt;
    await eventually(() => Promise.resolve(feed.readAt.length > length));
    await sleep(250);
    expect(feed.readAt).toHaveLength(length + 1);
    expect([tail.end, tail.after(begin)]).toEqual([undefined, undefined]);
    feed.onRead = () => Promise.resolve();
    await startAndGrow(2);
    expect(numbersAfter(at(15))).toEqual([16, 17]);
  });
});
