import { describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import fc from 'fast-check';

import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { agent, type Change, requesterToken, sharedDeskOfTwo } from '../support/requesters.js';
import { RequesterWalk } from '../support/checker/requester-walk.js';
import { type Owner, plans, RequesterWorld } from '../support/checker/requester-world.js';
import { OpenApi } from '../support/openapi.js';

const { desk, team, ada, bob } = await sharedDeskOfTwo('ADA@example.com');

const aNote = { text: 'Fraudulent.', email: 'desk@example.com', visibility: 'internal' };

/** A ticket of Ada with one change of every kind; returns its id. */
async function changed(): Promise<number> {
  const id = await desk.create(ada, 'ada@example.com');
  await team.patch(id, { assignee: agent, tags: ['fraud'] });
  await team.patch(id, { theme: 'Invoice 7', priority: 'urgent' });
  await team.comment(id, aNote);
  await team.patch(id, { status: 'answered', assignee: null });
  await ada.comment(id, { text: 'Thanks.', email: 'ada@example.com' });
  await ada.updateStatus(id, 'closed');
  return id;
}
const theChanges = [
  { type: 'ticket.created', version: 1, actor: 'requester', data: {} },
  { type: 'ticket.updated', version: 3, actor: 'team', data: { changed: ['theme'] } },
  {
    ...{ type: 'ticket.status_changed', version: 5, actor: 'team' },
    data: { changed: ['status'], from: 'opened', to: 'answered' },
  },
  {
    ...{ type: 'comment.added', version: 6, actor: 'requester' },
    data: { comment_id: expect.any(Number), visibility: 'public', author: 'requester' },
  },
  {
    ...{ type: 'ticket.status_changed', version: 7, actor: 'requester' },
    data: { changed: ['status'], from: 'answered', to: 'closed' },
  },
];

describe('The history of a requester', () => {
  it('shows public changes of fields that it sees, by requester or team', async () => {
    const id = await changed();
    const { items } = await desk.history(ada, id);
    expect(items).toMatchObject(theChanges);
    expect(items.map(({ data }) => data)).toEqual(theChanges.map(({ data }) => data));
    const first = await desk.history(ada, id, '?limit=2');
    const rest = await desk.history(ada, id, `?cursor=${first.next_cursor}`);
    expect([...first.items, ...rest.items]).toEqual(items);
    expect((await desk.history(team, id)).items).toHaveLength(7);
  });
});

describe('The feed of a requester', () => {
  it('has the events of its tickets, and its cursor moves on over the others', async () => {
    const start = await desk.newestCursor();
    const id = await changed();
    for (let n = 0; n < 5; n++) await desk.create(bob, 'bob@example.com');
    const newest = await desk.newestCursor();

    const pages = [];
    let cursor = start;
    for (let items = [{}]; items.length > 0;) {
      const { body } = await ada.events(`after=${cursor}&limit=2`);
      ({ items, next_cursor: cursor } = body);
      pages.push(...body.items);
    }
    expect(cursor).toBe(newest);
    expect(pages.map(({ type, data }) => ({ type, ...data }))).toEqual(
      theChanges.map(({ data, ...change }) => ({ ticket_id: id, ...change, ...data })),
    );
    const ofBob = (await bob.events(`after=${start}`)).body;
    expect(ofBob.items.map(({ type }) => type)).toEqual(Array(5).fill('ticket.created'));
  });

  it('answers for the ticket of another as for an unknown one, whatever its events', async () => {
    const id = await changed();
    // More than a page looks at.
    await desk.database.query(
      `INSERT INTO event (type, ticket_id, version, at, data)
       SELECT 'ticket.updated', $1, 100 + n, now(), '{"changed":["theme"]}' FROM generate_series(1, 10001) AS n`,
      [id],
    );
    await desk.newestCursor();
    for (const query of ['limit=1', 'limit=1&type=ticket.created', 'from=now']) {
      const [foreign, unknown] = [
        await bob.events(`ticket_id=${id}&${query}`),
        await bob.events(`ticket_id=999999&${query}`),
      ];
      expect(foreign.body).toEqual(unknown.body);
    }
  });

  it('has the rules of cursors of the team', async () => {
    for (const query of ['after=999999999-1', 'after=1-zzzzzzzz']) {
      const [own, all] = [await ada.events(query), await team.events(query)];
      expect(own.status).toBe(410);
      expect(own.problem.type).toBe(all.problem.type);
    }
  });

  it('streams what its pages have, and goes on after the last event', async () => {
    const start = await desk.newestCursor();
    const headers = { Authorization: `Bearer ${await requesterToken('ada@example.com')}` };
    const seen: { id: string; data: Record<string, unknown> }[] = [];
    const open = (after: string) => {
      const source = new EventSource(`${desk.service.url}/events?after=${after}`, {
        fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
      });
      for (const type of new Set(theChanges.map(({ type }) => type)))
        source.addEventListener(type, (event) => {
          const { data } = JSON.parse(event.data as string) as { data: Record<string, unknown> };
          seen.push({ id: event.lastEventId, data });
        });
      return source;
    };
    const first = open(start);
    await eventually(() => first.readyState === EventSource.OPEN);
    await desk.create(bob, 'bob@example.com');
    const id = await changed();
    await eventually(() => seen.length === 5);
    first.close();
    const later = await desk.create(team, 'ada@example.com', { assignee: agent });
    const second = open(seen.at(-1)?.id ?? '');
    await eventually(() => seen.length === 6);
    second.close();
    const changes = theChanges.map(({ version, actor, data }) => ({
      ticket_id: id,
      version,
      actor,
      ...data,
    }));
    expect(seen.map(({ data }) => data)).toEqual([
      ...changes,
      { ticket_id: later, version: 1, actor: 'team' },
    ]);
  });
});

describe('A search and a count of a requester', () => {
  it('find no word of an internal comment, and exclude by none', async () => {
    const id = await desk.create(ada, 'ada@example.com', { text: 'Zebra.' });
    await team.comment(id, { ...aNote, text: 'Gorilla zebra.' });
    await team.comment(id, { ...aNote, visibility: 'public', text: 'Giraffe.' });
    await desk.create(bob, 'bob@example.com', { text: 'Zebra giraffe.' });
    const found = async (api: Api, q: string) =>
      (await api.send<{ items: { id: number }[] }>('GET', `/ticket?q=${encodeURIComponent(q)}`)).body.items;
    expect(await found(team, 'gorilla')).toMatchObject([{ id }]);
    for (const q of ['gorilla', 'gor', '"gorilla zebra"', 'zebra gorilla'])
      expect(await found(ada, q)).toEqual([]);
    for (const q of ['zebra', 'giraffe zebra', 'zebra -gorilla', 'gorilla or zebra'])
      expect(await found(ada, q)).toMatchObject([{ id, comment_count: 1 }]);
  });

  it('count its own tickets by status, and by nothing that it does not see', async () => {
    const carl = await desk.requester('carl@example.com');
    const ids = [await desk.create(carl, 'carl@example.com'), await desk.create(team, 'CARL@example.com')];
    await carl.updateStatus(ids[0] ?? 0, 'closed');
    const count = async (query: string) => carl.send('GET', `/ticket/count?${query}`);
    const one = { count: 1, is_exact: true };
    expect((await count('by=status')).body).toMatchObject({
      ...{ count: 2, is_exact: true },
      by: [
        { value: 'closed', ...one },
        { value: 'opened', ...one },
      ],
    });
    expect((await count('status=opened')).body).toMatchObject(one);
    expect((await count('email=bob@example.com')).body).toMatchObject({ count: 0 });
    const filters = [
      'assignee=a',
      'unassigned=true',
      'priority=low',
      'tag=a',
      'external_id=a',
      'metadata[a]=b',
    ];
    const ofLists = ['sort=due_at', 'sort=-priority', 'due_to=2030-01-01T00:00:00Z', ...filters];
    const statuses = async (path: string, queries: string[]) =>
      Promise.all(queries.map(async (query) => (await carl.send('GET', `${path}?${query}`)).status));
    expect(new Set(await statuses('/ticket', ofLists))).toEqual(new Set([403]));
    const ofCounts = ['by=priority', 'by=assignee', ...filters];
    expect(new Set(await statuses('/ticket/count', ofCounts))).toEqual(new Set([403]));
  });
});

/** RUNS sets the number of worlds. */
const numRuns = Number(process.env['RUNS'] ?? 2);
const hidden = ['assignee', 'priority', 'tags', 'metadata', 'external_id', 'due_at'];

/** Returns what a requester may see of the changes that the team sees. */
function shown(changes: Change[]): object[] {
  return changes.flatMap(({ actor, data: all, ...change }) => {
    const data = Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.includes(name)));
    const changed = (data['changed'] as string[] | undefined)?.filter((name) => !hidden.includes(name));
    if (data['visibility'] === 'internal' || (change.type === 'ticket.updated' && !changed?.length))
      return [];
    const by = actor?.startsWith('sub-of-') ? 'requester' : 'team';
    return [{ ...change, actor: by, data: { ...data, ...(changed && { changed }) } }];
  });
}

const read = async <Body>(api: Api, path: string) => (await api.send<Body>('GET', path)).body;
interface Feed {
  items: { data: { ticket_id: number } }[];
  next_cursor: string;
}

/** Reads the feed to its end, in small pages. */
async function feed(api: Api, start: string, end: string): Promise<Feed['items']> {
  const items: Feed['items'] = [];
  for (let cursor = start; cursor !== end;) {
    const page = await read<Feed>(api, `/events?limit=3&after=${cursor}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** Checks that a requester sees all that it may: in lists, searches, counts, histories and the feed. */
async function expectComplete(world: RequesterWorld, owner: Owner, feedStart: string): Promise<void> {
  const { api } = owner;
  const own = world.of(owner);
  const ids = own.map(({ id }) => id).toSorted();
  const list = await read<{ items: { id: number; comment_count: number }[] }>(api, '/ticket?sort=created_at');
  expect(list.items.map(({ id, comment_count }) => [id, comment_count])).toEqual(
    own.map(({ id, publicComments }) => [id, publicComments]),
  );
  expect(await read(api, '/ticket/count')).toMatchObject({ count: ids.length, is_exact: true });
  for (const text of world.texts) {
    const found = await read<{ items: { id: number }[] }>(api, `/ticket?q=${text}`);
    const expected = own.filter(({ searchable }) => searchable.includes(text)).map(({ id }) => id);
    expect([text, found.items.map(({ id }) => id)]).toEqual([text, expected]);
  }
  for (const id of ids) {
    const all = (await desk.history(desk.team, id, '?limit=100')).items;
    expect((await desk.history(api, id, '?limit=100')).items).toEqual(shown(all));
  }
  const end = await desk.newestCursor();
  const ofTickets = (await feed(desk.team, feedStart, end)).map(({ data }) => data.ticket_id);
  const versions = await Promise.all(
    ids.map(async (id) => shown((await desk.history(desk.team, id, '?limit=100')).items).length),
  );
  const events = await feed(api, feedStart, end);
  expect(events).toHaveLength(versions.reduce((sum, count) => sum + count, 0));
  expect(events.every(({ data }) => ids.includes(data.ticket_id))).toBe(true);
  expect(ofTickets.length).toBeGreaterThan(events.length);
}

describe('Whatever a requester calls', () => {
  it('has nothing of others and nothing internal, and all that is its own', async () => {
    const openApi = await OpenApi.of(desk.team);
    const property = fc.asyncProperty(plans, async (plan) => {
      const start = await desk.newestCursor();
      const world = await new RequesterWorld(desk).build(plan);
      const cursors = {
        feed: await desk.newestCursor(),
        tickets: (await read<Feed>(desk.team, '/ticket?limit=1')).next_cursor,
      };
      for (const owner of world.owners) await expectComplete(world, owner, start);
      const versionsOf = async (owner: Owner) => {
        const foreign = world.tickets.filter((ticket) => ticket.owner !== owner);
        return Promise.all(foreign.map(async ({ id }) => (await desk.team.ticket(id)).body.version));
      };
      for (const owner of world.owners) {
        const before = await versionsOf(owner);
        const walk = new RequesterWalk(world, owner, openApi, cursors);
        await walk.run();
        expect(walk.leaks).toEqual([]);
        const own = world
          .of(owner)
          .flatMap(({ searchable, shown: texts, ids }) => [...searchable, ...texts, ...ids]);
        expect(own.filter((each) => !walk.seen.has(String(each)))).toEqual([]);
        expect(await versionsOf(owner)).toEqual(before);
      }
    });
    await fc.assert(property, { numRuns, endOnFailure: true });
  }, 600_000);
});
