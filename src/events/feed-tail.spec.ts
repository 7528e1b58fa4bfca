import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { eventually } from '../../test/support/eventually.js';
import type { FeedEvent } from './feed-event.js';
import { isBefore, type FeedCursor } from './feed-cursor.js';
import { FeedTail } from './feed-tail.js';
import type { FeedService, FeedBatch, FeedStart } from './feed.service.js';

/** A feed that grows on demand, and records the times of its reads. */
class GrowingFeed {
  readonly readAt: number[] = [];
  /** Runs during each read. */
  onRead = (): Promise<void> => Promise.resolve();
  /** End of the feed if it is after the last event. */
  horizon?: FeedCursor;
  private readonly cursors: FeedCursor[] = [];

  grow(count: number): void {
    for (let n = 0; n < count; n++) this.cursors.push({ position: this.cursors.length + 10, id: 1 });
  }

  get end(): FeedCursor {
    return this.horizon ?? this.cursors.at(-1) ?? { position: 9, id: 0 };
  }

  async read(start: FeedStart, limit: number): Promise<FeedBatch> {
    this.readAt.push(performance.now());
    await this.onRead();
    if (start === 'now') return { events: [], next: this.end };
    if (typeof start === 'string') throw new Error(`A tail does not start at ${start}`);
    const found = this.cursors.filter((cursor) => isBefore(start, cursor)).slice(0, limit);
    const next = found.length < limit ? this.end : found[limit - 1];
    return { events: found.map((cursor) => ({ cursor }) as FeedEvent), next: next ?? this.end };
  }
}

let feed: GrowingFeed;
let tail: FeedTail;
let notifications: number;

beforeEach(() => {
  feed = new GrowingFeed();
  tail = new FeedTail(feed as unknown as FeedService);
  notifications = 0;
});

afterEach(() => {
  tail.pause();
});

/** Starts the tail, and then adds events; resolves to the cursor before them, once the tail has them. */
async function startAndGrow(growth: number): Promise<FeedCursor> {
  tail.start(() => notifications++);
  await eventually(() => Promise.resolve(tail.end !== undefined));
  const begin = feed.end;
  feed.grow(growth);
  await eventually(() => Promise.resolve(tail.end?.position === feed.end.position));
  return begin;
}

const positionsAfter = (cursor: FeedCursor) =>
  tail.after(cursor)?.events.map((event) => event.cursor.position);

describe('The tail of the feed', () => {
  it('has no end and no events before its first poll', () => {
    expect(tail.end).toBeUndefined();
    expect(tail.after({ position: 1_000, id: 0 })).toBeUndefined();
  });

  it('returns the events after a cursor, and the end as the next cursor', async () => {
    const begin = await startAndGrow(3);
    expect(positionsAfter(begin)).toEqual([10, 11, 12]);
    expect(positionsAfter({ position: 10, id: 1 })).toEqual([11, 12]);
    expect(tail.after(begin)?.next).toEqual(feed.end);
    expect(tail.after(feed.end)).toEqual({ events: [], next: feed.end });
    expect(notifications).toBe(1);
  });

  it('never notifications a cursor back that is ahead of it', async () => {
    await startAndGrow(3);
    const ahead = { position: 1_000, id: 5 };
    expect(tail.after(ahead)).toEqual({ events: [], next: ahead });
  });

  it('advances with the end of the feed, even without events', async () => {
    const begin = await startAndGrow(100);
    feed.horizon = { position: 500, id: 0 };
    await eventually(() => Promise.resolve(tail.end === feed.horizon));
    expect(tail.after({ position: 109, id: 1 })).toEqual({ events: [], next: feed.horizon });
    expect(tail.after(begin)?.next).toEqual(feed.horizon);
    expect(notifications).toBe(1);
  });

  it('returns at most a hundred events at a time', async () => {
    let cursor = await startAndGrow(250);
    const sizes: number[] = [];
    while (isBefore(cursor, feed.end)) {
      const batch = tail.after(cursor);
      sizes.push(batch?.events.length ?? 0);
      cursor = batch?.next ?? feed.end;
    }
    expect(sizes).toEqual([100, 100, 50]);
    // After a full batch that ends with the last event, the next cursor is the end too.
    expect(tail.after({ position: 159, id: 1 })?.events).toHaveLength(100);
    expect(tail.after({ position: 159, id: 1 })?.next).toEqual(feed.end);
  });

  it('keeps the last thousand events, and returns undefined for earlier cursors', async () => {
    feed.grow(5);
    const begin = await startAndGrow(1_500);
    expect(tail.after({ position: 1, id: 0 })).toBeUndefined();
    expect(tail.after(begin)).toBeUndefined();
    expect(tail.after({ position: 513, id: 1 })).toBeUndefined();
    expect(positionsAfter({ position: 514, id: 1 })?.[0]).toBe(515);
    feed.grow(1);
    await eventually(() => Promise.resolve(tail.end?.position === feed.end.position));
    expect(tail.after({ position: 514, id: 1 })).toBeUndefined();
    expect(positionsAfter({ position: 515, id: 1 })?.[0]).toBe(516);
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
    expect(positionsAfter({ position: 15, id: 1 })).toEqual([16, 17]);
  });
});
