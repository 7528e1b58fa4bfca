import { describe, expect, it } from '@jest/globals';
import { CloudEvent } from 'cloudevents';

import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { oneService } from '../support/one-service.js';

const { api, service } = oneService();

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const cursor = /^\d+-\d+$/;

/** The cursor of the feed as it is now. */
const now = async () => (await api.events('from=now')).body.next_cursor;

/** Resolves once so many events of a ticket are in the feed, which waits for whatever else writes on the same server. */
const areTold = (count: number, id: number, before: string) =>
  eventually(async () => (await api.events(`after=${before}&ticket_id=${id}`)).body.items.length === count);

/** A ticket, answered and commented on, and the place in the feed before all that; told once all of it is in the feed. */
async function aStory() {
  const before = await now();
  const { id } = (await api.createTicket()).body;
  await api.updateStatus(id, 'answered');
  const comment = (await api.comment(id)).body;
  await areTold(3, id, before);
  return { before, id, comment };
}

describe('The feed of events', () => {
  it('tells what happened, as CloudEvents', async () => {
    const { before, id, comment } = await aStory();
    const { status, headers, body } = await api.events(`after=${before}`);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    const about = {
      specversion: '1.0',
      id: expect.stringMatching(cursor),
      source: '/ticket',
      subject: String(id),
      time: expect.stringMatching(isoTime),
      cursor: expect.stringMatching(cursor),
    };
    const data = { ticket_id: id, actor: null };
    expect(body.items).toEqual([
      {
        ...about,
        type: 'ticket.created',
        data: { ...data, version: 1, theme: 'Invoice 2043 is wrong', email: 'ada@example.com' },
      },
      {
        ...about,
        type: 'ticket.status_changed',
        data: { ...data, version: 2, from: 'opened', to: 'answered' },
      },
      { ...about, type: 'comment.added', data: { ...data, version: 3, comment_id: comment.id } },
    ]);
    // The SDK checks each against the specification.
    for (const item of body.items) expect(new CloudEvent({ ...item }).validate()).toBe(true);
  });

  it('leads from page to page, and goes on where it ended', async () => {
    const { before, id } = await aStory();
    const first = (await api.events(`after=${before}&limit=2`)).body;
    const second = (await api.events(`after=${first.next_cursor}&limit=2`)).body;
    const third = (await api.events(`after=${second.next_cursor}&limit=2`)).body;
    expect([first, second, third].map(({ items }) => items.length)).toEqual([2, 1, 0]);

    await api.comment(id);
    await areTold(4, id, before);
    const { items } = (await api.events(`after=${third.next_cursor}`)).body;
    expect(items.map(({ data }) => data.version)).toEqual([4]);
    // The id of any event is a cursor too.
    const again = (await api.events(`after=${first.items[0]?.id ?? ''}&limit=1`)).body;
    expect(again.items).toEqual([first.items[1]]);
  });

  it('always names the next page, by Link too', async () => {
    const { headers, body } = await api.events('from=now&limit=5');
    expect(body).toEqual({ items: [], next_cursor: expect.stringMatching(cursor) });
    expect(headers.get('link')).toBe(`</events?from=now&limit=5&after=${body.next_cursor}>; rel="next"`);
  });

  it('begins with the first event there is', async () => {
    const { items } = (await api.events('from=beginning&limit=1')).body;
    expect((await api.events('limit=1')).body.items).toEqual(items);
    expect(items[0]?.id).toMatch(/-1$/);
  });

  it('can be narrowed to types and to a ticket', async () => {
    const { before, id } = await aStory();
    const other = await aStory();
    const narrowed = async (filter: string) =>
      (await api.events(`after=${before}&${filter}`)).body.items.map(({ type, data }) => [
        data.ticket_id,
        type,
      ]);

    expect(await narrowed('type=ticket.created')).toEqual([
      [id, 'ticket.created'],
      [other.id, 'ticket.created'],
    ]);
    expect(await narrowed(`ticket_id=${id}&type=comment.added&type=ticket.created`)).toEqual([
      [id, 'ticket.created'],
      [id, 'comment.added'],
    ]);
    expect(await narrowed('ticket_id=9007199254740991')).toEqual([]);
  });

  it('can be followed for one ticket from any place', async () => {
    const { before, id } = await aStory();
    for (let n = 0; n < 5; n++) await Promise.all([api.comment(id), aStory()]);
    await areTold(8, id, before);
    const all = (await api.events(`after=${before}&limit=1000`)).body.items;
    for (const [index, { id: place }] of all.entries()) {
      const following = all.slice(index + 1).filter(({ data }) => data.ticket_id === id);
      expect((await api.events(`after=${place}&ticket_id=${id}`)).body.items).toEqual(following);
    }
  });

  it('gets on through events that a filter leaves out', async () => {
    const [one, other] = [await aStory(), await aStory()];
    const created = async (after: string) => {
      const { body } = await api.events(`after=${after}&type=ticket.created&limit=1`);
      return { ids: body.items.map(({ data }) => data.ticket_id), next: body.next_cursor };
    };
    const first = await created(one.before);
    const second = await created(first.next);
    const rest = await created(second.next);
    expect([first.ids, second.ids, rest.ids]).toEqual([[one.id], [other.id], []]);
    expect((await api.events(`after=${rest.next}`)).body.items).toEqual([]);
  });

  it('gets on through more of them than are looked at for one page', async () => {
    let place = await now();
    const database = await connect(service().stores.database);
    await database.query(`
      INSERT INTO event (type, ticket_id, version, data)
      SELECT 'comment.added', 1000000, n, '{}' FROM generate_series(1, 15000) AS n`);
    await database.end();
    const { id } = (await api.createTicket()).body;
    await areTold(1, id, place);

    const pages: number[][] = [];
    while (pages.length < 2) {
      const { items, next_cursor } = (await api.events(`after=${place}&type=ticket.created`)).body;
      place = next_cursor;
      pages.push(items.map(({ data }) => data.ticket_id));
    }
    expect(pages).toEqual([[], [id]]);
  });

  it.each([
    ['after', 'after=7'],
    ['after', 'after=07-1'],
    ['after', 'after=9999999999999999-1'],
    ['after', 'after=1-1&after=2-2'],
    ['from', 'from=yesterday'],
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['type', 'type=ticket.deleted'],
    ['ticket_id', 'ticket_id=0'],
    ['ticket_id', 'ticket_id=99999999999999999999'],
    ['cursor', 'cursor=1-1'],
  ])('refuses a wrong %s: %s', async (field, query) => {
    const { status, problem } = await api.events(query);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });
});

describe('A limit that is no number', () => {
  it('is told what it must be', async () => {
    const { problem } = await api.events('limit=1e2');
    expect(problem.detail).toBe('limit must be a whole number from 1 to 1000');
    expect((await api.events('limit=1001')).problem.detail).toBe('limit must be at most 1000');
  });
});
