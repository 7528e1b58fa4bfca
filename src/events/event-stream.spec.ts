import { afterEach, describe, expect, it, jest } from '@jest/globals';
import pLimit from 'p-limit';

import { eventually } from '../../test/support/eventually.js';
import { team } from '../api/audience.js';
import { EventStream } from './event-stream.js';
import { FeedEvent, type FeedRow } from './feed-event.js';
import { FeedTail } from './feed-tail.js';
import type { FeedBatch, FeedService } from './feed.service.js';

const number = 500;
const data = { text: 'x'.repeat(300) };

/** One read of the table: 500 events of about 600 bytes. */
const events = Array.from({ length: number }, (_, n) => {
  const row = { number: n + 1, tag: 'tag', type: 'ticket.created', ticket_id: 1, version: 1, actor: null };
  return new FeedEvent({ ...row, at: '2026-11-23T07:15:42.505Z', data } as FeedRow);
});

function open(): EventStream {
  const batch: FeedBatch = { events, next: { number, tag: 'tag' } };
  const feed = { read: () => Promise.resolve(batch) } as unknown as FeedService;
  return new EventStream(
    { feed, tail: new FeedTail(feed), limit: pLimit(1) },
    { reader: team },
    { number: 0, tag: '' },
  );
}

let ms = 1_000_000;
const wait = (seconds: number) => (ms += seconds * 1_000);

afterEach(() => {
  jest.restoreAllMocks();
});

describe('A stream that catches up', () => {
  it('is stalled after a minute in which its client takes nothing', async () => {
    jest.spyOn(Date, 'now').mockImplementation(() => ms);
    const stream = open();
    stream.read();
    await eventually(() => Promise.resolve(stream.readableLength > 1_000));
    wait(59);
    expect(stream.isStalled).toBe(false);
    wait(2);
    expect(stream.isStalled).toBe(true);
    stream.destroy();
  });

  it('is not stalled while its client slowly takes the events of one read', async () => {
    jest.spyOn(Date, 'now').mockImplementation(() => ms);
    const stream = open();
    stream.read();
    let taken = 0;
    while (taken < 200_000) {
      await eventually(() => Promise.resolve(stream.readableLength > 1_000));
      wait(50);
      expect(stream.isStalled).toBe(false);
      taken += (stream.read() as Buffer).length;
    }
    expect(taken).toBeLessThan(events.map((event) => event.serverSentEvent).join('').length);
    stream.destroy();
  });

  it('gives the client every byte of the events', async () => {
    const stream = open();
    const text = events.map((event) => event.serverSentEvent).join('');
    let received = '';
    for await (const piece of stream) if ((received += String(piece)).length > text.length + 100) break;
    expect(received.slice(received.indexOf('\n\n') + 2).startsWith(text)).toBe(true);
  });
});
