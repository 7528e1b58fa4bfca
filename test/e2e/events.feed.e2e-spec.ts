import { describe, expect, it } from '@jest/globals';
import { CloudEvent } from 'cloudevents';

import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';

const { api, service } = sharedService();

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const cursor = /^\d+-[0-9a-f]{8}$/;

/** The current end of the feed. */
const currentCursor = async () => (await api.events('from=now')).body.next_cursor;

/** Waits for events of a ticket to get their numbers. */
const waitForEvents = (count: number, id: number, before: string) =>
  eventually(async () => (await api.events(`after=${before}&ticket_id=${id}`)).body.items.length === count);

/** Creates a ticket, transitions it and comments on it; resolves once its three events are in the feed. */
async function createHistory() {
  const before = await currentCursor();
  const { id } = (await api.createTicket()).body;
  await api.updateStatus(id, 'answered');
  const comment = (await api.comment(id)).body;
  await waitForEvents(3, id, before);
  return { before, id, comment };
}

describe('GET /events', () => {
  it('returns changes as CloudEvents', async () => {
    const { before, id, comment } = await createHistory();
    const { status, headers, body } = await api.events(`after=${before}`);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('private, no-cache');
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
        data: { ...data, version: 1 },
      },
      {
        ...about,
        type: 'ticket.status_changed',
        data: { ...data, version: 2, changed: ['status'], from: 'opened', to: 'answered' },
      },
      {
        ...about,
        type: 'comment.added',
        data: { ...data, version: 3, comment_id: comment.id, ...{ visibility: 'public', author: 'team' } },
      },
    ]);
    // The SDK validates each event against the specification.
    for (const item of body.items) expect(new CloudEvent({ ...item }).validate()).toBe(true);
  });

  it('pages through the events, and resumes at the last cursor', async () => {
    const { before, id } = await createHistory();
    const first = (await api.events(`after=${before}&limit=2`)).body;
    const second = (await api.events(`after=${first.next_cursor}&limit=2`)).body;
    const third = (await api.events(`after=${second.next_cursor}&limit=2`)).body;
    expect([first, second, third].map(({ items }) => items.length)).toEqual([2, 1, 0]);

    await api.comment(id);
    await waitForEvents(4, id, before);
    const { items } = (await api.events(`after=${third.next_cursor}`)).body;
    expect(items.map(({ data }) => data.version)).toEqual([4]);
    // The id of any event is a cursor too.
    const again = (await api.events(`after=${first.items[0]?.id ?? ''}&limit=1`)).body;
    expect(again.items).toEqual([first.items[1]]);
  });

  it('always returns the cursor of the next page, in Link too', async () => {
    const { headers, body } = await api.events('from=now&limit=5');
    expect(body).toEqual({ items: [], next_cursor: expect.stringMatching(cursor) });
    expect(headers.get('link')).toBe(`</events?from=now&limit=5&after=${body.next_cursor}>; rel="next"`);
  });

  it('begins with the first event', async () => {
    const { items } = (await api.events('from=beginning&limit=1')).body;
    expect((await api.events('limit=1')).body.items).toEqual(items);
    expect(items[0]?.id).toMatch(/^1-/);
  });

  it('filters by type and ticket', async () => {
    const { before, id } = await createHistory();
    const other = await createHistory();
    const filtered = async (filter: string) =>
      (await api.events(`after=${before}&${filter}`)).body.items.map(({ type, data }) => [
        data.ticket_id,
        type,
      ]);

    expect(await filtered('type=ticket.created')).toEqual([
      [id, 'ticket.created'],
      [other.id, 'ticket.created'],
    ]);
    expect(await filtered(`ticket_id=${id}&type=comment.added&type=ticket.created`)).toEqual([
      [id, 'ticket.created'],
      [id, 'comment.added'],
    ]);
    expect(await filtered('ticket_id=9007199254740991')).toEqual([]);
  });

  it('returns the events of one ticket after any cursor', async () => {
    const { before, id } = await createHistory();
    for (let n = 0; n < 5; n++) await Promise.all([api.comment(id), createHistory()]);
    await waitForEvents(8, id, before);
    const all = (await api.events(`after=${before}&limit=1000`)).body.items;
    for (const [index, { id: position }] of all.entries()) {
      const following = all.slice(index + 1).filter(({ data }) => data.ticket_id === id);
      expect((await api.events(`after=${position}&ticket_id=${id}`)).body.items).toEqual(following);
    }
  });

  it('advances the cursor past events that a filter excludes', async () => {
    const [one, other] = [await createHistory(), await createHistory()];
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

  it('advances past more excluded events than one page examines', async () => {
    let position = await currentCursor();
    const database = await connect(service().stores.database);
    await database.query(`
      INSERT INTO event (type, ticket_id, version, at, data)
      SELECT 'comment.added', 1000000, n, now(), '{}' FROM generate_series(1, 15000) AS n`);
    await database.end();
    const { id } = (await api.createTicket()).body;
    await waitForEvents(1, id, position);

    const pages: number[][] = [];
    while (pages.length < 2) {
      const { items, next_cursor } = (await api.events(`after=${position}&type=ticket.created`)).body;
      position = next_cursor;
      pages.push(items.map(({ data }) => data.ticket_id));
    }
    expect(pages).toEqual([[], [id]]);
  });

  it.each([
    ['after', 'after=7'],
    ['after', 'after=07-1'],
    ['after', 'after=7-A'],
    ['after', 'after=9999999999999999-1'],
    ['after', 'after=1-1&after=2-2'],
    ['after', 'after[number]=1'],
    ['from', 'from=yesterday'],
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['type', 'type=ticket.moved'],
    ['ticket_id', 'ticket_id=0'],
    ['ticket_id', 'ticket_id=99999999999999999999'],
    ['cursor', 'cursor=1-1'],
  ])('rejects an invalid %s: %s', async (field, query) => {
    const { status, problem } = await api.events(query);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });
});

describe('A cursor whose event is not in the database', () => {
  it.each([
    ['lies ahead of the feed', (newest: string) => newest.replace(/^\d+/, '1000000')],
    ['has another tag', (newest: string) => newest.replace(/-.*/, '-00000000')],
    ['is of version 0.1.0', () => '763-1'],
  ])('%s and returns 410 with the newest cursor', async (_reason, cursorFrom) => {
    await createHistory();
    const newest = await currentCursor();
    const { status, problem } = await api.events(`after=${cursorFrom(newest)}`);
    expect(status).toBe(410);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:feed-restarted',
      newest_cursor: newest,
    });
  });
});

describe('An invalid limit', () => {
  it('is rejected with the rule that it breaks', async () => {
    const { problem } = await api.events('limit=1e2');
    expect(problem.detail).toBe('limit must be a whole number from 1 to 1000');
    expect((await api.events('limit=1001')).problem.detail).toBe('limit must be at most 1000');
  });
});
