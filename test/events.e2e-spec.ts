import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent } from 'cloudevents';

import { Api, times } from './support/api.js';
import { eventually } from './support/eventually.js';
import { connect, type Stores } from './support/servers.js';
import { Service, type ServiceOnStores } from './support/service.js';

let service: ServiceOnStores;
let api: Api;

beforeAll(async () => {
  service = await Service.start();
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
});

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const cursor = /^\d+-\d+$/;

/** The cursor of the feed as it is now. */
const now = async () => (await api.events('from=now')).body.next_cursor;

/** A ticket, answered and commented on, and the place in the feed before all that; told once all of it is in the feed. */
async function aStory() {
  const before = await now();
  const { id } = (await api.createTicket()).body;
  await api.updateStatus(id, 'answered');
  const comment = (await api.comment(id)).body;
  const told = async () => (await api.events(`after=${before}&ticket_id=${id}`)).body.items;
  await eventually(async () => (await told()).length === 3);
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
    const all = (await api.events(`after=${before}&limit=1000`)).body.items;
    for (const [index, { id: place }] of all.entries()) {
      const following = all.slice(index + 1).filter(({ data }) => data.ticket_id === id);
      expect((await api.events(`after=${place}&ticket_id=${id}`)).body.items).toEqual(following);
    }
  });

  it('gets on through events that a filter leaves out', async () => {
    const { before } = await aStory();
    const { items, next_cursor } = (await api.events(`after=${before}&type=ticket.created&limit=1`)).body;
    expect(items).toHaveLength(1);
    const rest = (await api.events(`after=${next_cursor}&type=ticket.created`)).body;
    expect(rest.items).toEqual([]);
    expect((await api.events(`after=${rest.next_cursor}`)).body.items).toEqual([]);
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

/** Makes all events so far a few days older. */
async function age({ database }: Stores): Promise<void> {
  const client = await connect(database);
  await client.query(`UPDATE event SET at = at - interval '8 days'`);
  await client.end();
}

describe('A limit that is no number', () => {
  it('is told what it must be', async () => {
    const { problem } = await api.events('limit=1e2');
    expect(problem.detail).toBe('limit must be a whole number from 1 to 1000');
    expect((await api.events('limit=1001')).problem.detail).toBe('limit must be at most 1000');
  });
});

describe('Events that are older than EVENTS_RETENTION_DAYS', () => {
  it('are swept, and a cursor from before them is gone', async () => {
    const first = await Service.start();
    const { id } = (await new Api(first.url).createTicket()).body;
    const old = (await new Api(first.url).events('')).body;
    await age(first.stores);
    const ids = await times(3, async () => (await new Api(first.url).createTicket()).body.id);
    await first.stop();

    const second = await Service.start({ stores: first.stores, environment: { EVENTS_RETENTION_DAYS: '7' } });
    const api = new Api(second.url);
    await eventually(async () => (await api.events('')).body.items.length === 3);
    const gone = await api.events('after=0-0');
    expect(gone.status).toBe(410);
    expect(gone.problem.type).toBe('urn:problem-type:ticket-system:cursor-expired');
    // From the last that was swept on, nothing is missing.
    const kept = (await api.events(`after=${old.items[0]?.id ?? ''}`)).body.items;
    expect(kept.map(({ data }) => data.ticket_id).sort()).toEqual(ids.sort());
    // The ticket itself is kept, though nothing is known any more of how it came to be.
    expect(await api.send('GET', `/ticket/${id}/history`)).toMatchObject({
      status: 200,
      body: { items: [], next_cursor: null },
    });
    await second.stop();
  });
});

describe('The feed of a database that was restored into another server', () => {
  it('goes on after the last event, though that server counts its transactions from the beginning', async () => {
    const before = await Service.start();
    await new Api(before.url).createTicket();
    const database = await connect(before.stores.database);
    // As if the dump came from a server that has seen far more of them.
    await database.query('UPDATE event SET position = position + 1000000000000');
    await database.query('UPDATE ticket SET feed_position = feed_position + 1000000000000');
    await before.stop();

    const after = await Service.start({ stores: before.stores });
    const api = new Api(after.url);
    const { id } = (await api.createTicket()).body;
    await api.comment(1);
    const { items } = (await api.events('')).body;
    expect(items.map(({ data }) => [data.ticket_id, data.version])).toEqual([
      [1, 1],
      [id, 1],
      [1, 2],
    ]);
    await database.end();
    await after.stop();
  });
});
