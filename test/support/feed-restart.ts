import { expect } from '@jest/globals';

import { Api } from './api.js';
import { eventually } from './eventually.js';

/** Creates tickets one after the other; resolves to the cursors of all events once the last one has its number. */
export async function createTickets(api: Api, count: number, total: number): Promise<string[]> {
  for (let n = 0; n < count; n++) await api.createTicket();
  const events = async () => (await api.events('limit=1000')).body.items;
  await eventually(async () => (await events()).length === total);
  return (await events()).map(({ cursor }) => cursor);
}

/** Opens the stream of the feed after a cursor. */
export const openStream = (url: string, cursor: string): Promise<Response> =>
  fetch(`${url}/events`, { headers: { accept: 'text/event-stream', 'last-event-id': cursor } });

/**
 * Checks that a cursor from before the switch returns 410 and never a page, whether or not its number is used again.
 * The stream that was open ends.
 */
export async function expectRestart(
  url: string,
  lost: string[],
  kept: string[],
  stream: Response,
): Promise<void> {
  const api = new Api(url);
  const expectGone = async () => {
    const newest = (await api.events('from=now')).body.next_cursor;
    for (const cursor of lost) {
      const { status, problem } = await api.events(`after=${cursor}`);
      expect([status, problem.type]).toEqual([410, 'urn:problem-type:ticket-system:feed-restarted']);
      expect(problem).toMatchObject({ newest_cursor: newest });
      // A stream that opens before the service has noticed the other database sends nothing, and ends.
      await eventually(async () => (await openStream(url, cursor)).status === 410);
    }
  };
  await expectGone();
  // It ends, or it is cut.
  await stream.text().catch(() => undefined);
  const last = kept.at(-1) ?? '';
  expect((await api.events(`after=${last}`)).body).toEqual({ items: [], next_cursor: last });
  const cursors = await createTickets(api, lost.length + 1, kept.length + lost.length + 1);
  expect(cursors.map((cursor) => Number(cursor.split('-')[0]))).toEqual(cursors.map((_, n) => n + 1));
  expect(new Set([...cursors, ...lost]).size).toBe(cursors.length + lost.length);
  await expectGone();
  expect((await api.events(`after=${last}&limit=1000`)).body.items).toHaveLength(lost.length + 1);
}
