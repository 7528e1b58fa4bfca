import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Api } from '../support/api.js';
import { RequesterWalk } from '../support/checker/requester-walk.js';
import { plans, RequesterWorld, type Owner } from '../support/checker/requester-world.js';
import { OpenApi } from '../support/openapi.js';
import { sharedDesk, type Change } from '../support/requesters.js';

/** RUNS sets the number of worlds. */
const numRuns = Number(process.env['RUNS'] ?? 2);
const desk = sharedDesk();
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
