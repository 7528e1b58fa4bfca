import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { eventually } from '../../test/support/eventually.js';
import type { FeedEvent } from './feed-event.js';
import { isBefore, type FeedCursor } from './feed-cursor.js';
import { FeedTail } from './feed-tail.js';
import type { FeedService, FeedBatch, FeedStart } from './feed.service.js';

/** A feed that grows when it is told to, and notes when it was read. */
class GrowingFeed {
  readonly readAt: number[] = [];
  /** Runs while the feed is read. */
  meanwhile = (): Promise<void> => Promise.resolve();
  /** How far it is known to have no more events, where that is further than its last. */
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
    await this.meanwhile();
    if (start === 'now') return { events: [], next: this.end };
    if (typeof start === 'string') throw new Error(`A tail does not begin at ${start}`);
    const found = this.cursors.filter((cursor) => isBefore(start, cursor)).slice(0, limit);
    const next = found.length < limit ? this.end : found[limit - 1];
    return { events: found.map((cursor) => ({ cursor }) as FeedEvent), next: next ?? this.end };
  }
}

let feed: GrowingFeed;
let tail: FeedTail;
let moves: number;

beforeEach(() => {
  feed = new GrowingFeed();
  tail = new FeedTail(feed as unknown as FeedService);
  moves = 0;
});

afterEach(() => {
  tail.pause();
});

/** Begins to follow the feed, and then lets it grow; resolves once the tail has got to its end. */
async function followed(growth: number): Promise<FeedCursor> {
  tail.start(() => moves++);
  await eventually(() => Promise.resolve(tail.end !== undefined));
  const begin = feed.end;
  feed.grow(growth);
  await eventually(() => Promise.resolve(tail.end?.position === feed.end.position));
  return begin;
}

const positionsAfter = (cursor: FeedCursor) =>
  tail.after(cursor)?.events.map((event) => event.cursor.position);

describe('The tail of the feed', () => {
  it('knows nothing before it has looked', () => {
    expect(tail.end).toBeUndefined();
    expect(tail.after({ position: 1_000, id: 0 })).toBeUndefined();
  });

  it('gives what follows a cursor, and leads to the end', async () => {
    const begin = await followed(3);
    expect(positionsAfter(begin)).toEqual([10, 11, 12]);
    expect(positionsAfter({ position: 10, id: 1 })).toEqual([11, 12]);
    expect(tail.after(begin)?.next).toEqual(feed.end);
    expect(tail.after(feed.end)).toEqual({ events: [], next: feed.end });
    expect(moves).toBe(1);
  });

  it('leads nobody back who has been further with another replica', async () => {
    await followed(3);
    const ahead = { position: 1_000, id: 5 };
    expect(tail.after(ahead)).toEqual({ events: [], next: ahead });
  });

  it('leads on with the feed where there are no events', async () => {
    const begin = await followed(100);
    feed.horizon = { position: 500, id: 0 };
    await eventually(() => Promise.resolve(tail.end === feed.horizon));
    expect(tail.after({ position: 109, id: 1 })).toEqual({ events: [], next: feed.horizon });
    expect(tail.after(begin)?.next).toEqual(feed.horizon);
    expect(moves).toBe(1);
  });

  it('gives a hundred at a time', async () => {
    let cursor = await followed(250);
    const sizes: number[] = [];
    while (isBefore(cursor, feed.end)) {
      const part = tail.after(cursor);
      sizes.push(part?.events.length ?? 0);
      cursor = part?.next ?? feed.end;
    }
    expect(sizes).toEqual([100, 100, 50]);
    // A part that ends with the last event leads to the end too.
    expect(tail.after({ position: 159, id: 1 })?.events).toHaveLength(100);
    expect(tail.after({ position: 159, id: 1 })?.next).toEqual(feed.end);
  });

  it('keeps the last thousand, and leaves what is before them to the table', async () => {
    feed.grow(5);
    const begin = await followed(1_500);
    expect(tail.after({ position: 1, id: 0 })).toBeUndefined();
    expect(tail.after(begin)).toBeUndefined();
    expect(tail.after({ position: 513, id: 1 })).toBeUndefined();
    expect(positionsAfter({ position: 514, id: 1 })?.[0]).toBe(515);
    feed.grow(1);
    await eventually(() => Promise.resolve(tail.end?.position === feed.end.position));
    expect(tail.after({ position: 514, id: 1 })).toBeUndefined();
    expect(positionsAfter({ position: 515, id: 1 })?.[0]).toBe(516);
  });

  it('looks ten times a second, and at once again where there may be more', async () => {
    await followed(2_500);
    await eventually(() => Promise.resolve(feed.readAt.length === 7));
    const pauses = feed.readAt.map((at, n) => at - (feed.readAt[n - 1] ?? 0));
    // The first look finds where the feed ends; the second and third find a thousand each.
    expect(Math.min(...pauses.slice(2, 4))).toBeLessThan(90);
    for (const n of [1, 5, 6]) expect(pauses[n]).toBeGreaterThanOrEqual(98);
    expect(moves).toBe(3);
  });

  it('says once that it cannot read the feed, and goes on when it can', async () => {
    const warnings: unknown[] = [];
    Logger.overrideLogger({
      log: () => 0,
      error: () => 0,
      warn: (...words: unknown[]) => warnings.push(words),
    });
    await followed(1);
    feed.meanwhile = () => Promise.reject(new Error('away'));
    const { length } = feed.readAt;
    await eventually(() => Promise.resolve(warnings.length > 0));
    expect(feed.readAt).toHaveLength(length + 1);
    await eventually(() => Promise.resolve(feed.readAt.length === length + 2));
    expect((feed.readAt[length + 1] ?? 0) - (feed.readAt[length] ?? 0)).toBeGreaterThanOrEqual(990);
    expect(warnings).toEqual([['The feed cannot be read: Error: away', 'FeedTail']]);
    feed.meanwhile = () => Promise.resolve();
    feed.grow(1);
    await eventually(() => Promise.resolve(moves === 2));
  });

  it('forgets all where nobody follows it, also what it is just being told', async () => {
    const begin = await followed(3);
    feed.meanwhile = () => {
      tail.pause();
      return Promise.resolve();
    };
    feed.grow(3);
    const { length } = feed.readAt;
    await eventually(() => Promise.resolve(feed.readAt.length > length));
    await sleep(250);
    expect(feed.readAt).toHaveLength(length + 1);
    expect([tail.end, tail.after(begin)]).toEqual([undefined, undefined]);
    feed.meanwhile = () => Promise.resolve();
    await followed(2);
    expect(positionsAfter({ position: 15, id: 1 })).toEqual([16, 17]);
  });
});
