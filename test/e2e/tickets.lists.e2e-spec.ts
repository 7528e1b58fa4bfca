import { beforeAll, describe, expect, it } from '@jest/globals';

import { aComment, aTicket, type Ticket, times } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { connect } from '../support/servers.js';

const { api, service } = sharedService();

/** Twelve tickets: the n-th created in minute n, three in each status, six from each of two people. */
const statuses = ['opened', 'answered', 'awaited', 'closed'];
const people = ['ada@example.com', 'Bob@Example.com'];
const minute = (n: number) => `2026-01-01T00:${String(n).padStart(2, '0')}:00.000Z`;

beforeAll(async () => {
  const database = await connect(service().stores.database);
  for (let n = 1; n <= 12; n++) {
    const { id } = (await api.createTicket({ ...aTicket, theme: `theme ${n}`, text: `invoice number${n}` }))
      .body;
    await database.query(
      `UPDATE ticket SET email = $2, status = $3, created_at = $4, updated_at = $5 WHERE id = $1`,
      [id, people[n % 2], statuses[n % 4], minute(n), minute(60 - n)],
    );
  }
  await database.end();
});

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
const list = (query = '') => api.send<Page<Ticket>>('GET', `/ticket${query}`);
const ids = async (query: string) => (await list(query)).body.items.map(({ id }) => id);

/** Follows next_cursor to the last page; returns the ids of each page. */
async function readAllPages(query: string): Promise<number[][]> {
  const pages = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await list(`?${query}${cursor && `&cursor=${cursor}`}`);
    pages.push(body.items.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  return pages;
}

describe('GET /ticket', () => {
  it('lists the newest first, without comments', async () => {
    const { status, headers, body } = await list();
    expect(status).toBe(200);
    expect(body.items.map(({ id }) => id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(body.items[11]).toEqual({
      ...{ id: 1, theme: 'theme 1', text: 'invoice number1', email: 'Bob@Example.com', status: 'answered' },
      ...{ created_at: minute(1), updated_at: minute(59), comment_count: 0, version: 1 },
      ...{ external_id: null, assignee: null, priority: 'normal', tags: [], metadata: {}, due_at: null },
      ...{ follows: null, first_response_at: null, closed_at: null, status_changed_at: expect.any(String) },
    });
    expect(body.next_cursor).toBeNull();
    expect(headers.get('link')).toBeNull();
  });

  it.each([
    ['status=closed', [11, 7, 3]],
    ['status=closed&status=opened', [12, 11, 8, 7, 4, 3]],
    ['email=ada@example.com', [12, 10, 8, 6, 4, 2]],
    ['email=bob@EXAMPLE.com&status=closed', [11, 7, 3]],
    [`created_from=${minute(10)}`, [12, 11, 10]],
    [`created_to=${minute(3)}`, [2, 1]],
    [`created_from=${minute(5)}&created_to=${minute(7)}`, [6, 5]],
    ['created_from=2026-01-01T01:10:00%2B01:00', [12, 11, 10]],
    [`updated_from=${minute(58)}`, [2, 1]],
    ['q=number7', [7]],
    ['q=invoice -number7&status=closed', [11, 3]],
    ['q=number7 or number9', [9, 7]],
    ['q="theme 7"', [7]],
    ['status[]=opened&status[]=closed&sort=created_at&limit=3', [3, 4, 7]],
    [`created_from=${minute(10).replace('.000Z', 'Z').replace('Z', '.000001Z')}`, [12, 11]],
    [`q=${'-'.repeat(255)}`, []],
    ['q=nothing', []],
    ['q=%26|!:*', []],
    ['sort=created_at&limit=3', [1, 2, 3]],
    ['sort=-updated_at&limit=3', [1, 2, 3]],
    ['sort=updated_at&limit=3', [12, 11, 10]],
    ['status=opened&sort=created_at', [4, 8, 12]],
  ])('filters and sorts: %s', async (query, expected) => {
    expect(await ids(`?${query}`)).toEqual(expected);
  });

  it.each([
    [
      'sort=-created_at',
      [
        [12, 11, 10, 9, 8],
        [7, 6, 5, 4, 3],
        [2, 1],
      ],
    ],
    [
      'sort=created_at',
      [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
        [11, 12],
      ],
    ],
    ['sort=updated_at&status=opened&status=closed', [[12, 11, 8, 7, 4], [3]]],
    ['sort=-updated_at&email=ada@example.com', [[2, 4, 6, 8, 10], [12]]],
    [
      'q=invoice&sort=created_at',
      [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
        [11, 12],
      ],
    ],
  ])('pages through every ticket once: %s', async (query, pages) => {
    expect(await readAllPages(`${query}&limit=5`)).toEqual(pages);
  });

  it('links to the next page', async () => {
    const linkIn = (headers: Headers) => /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '/';
    const { headers, body } = await list('?status=opened&status=closed&limit=2');
    const { items } = (await api.send<Page<Ticket>>('GET', linkIn(headers))).body;
    expect(items.map(({ id }) => id)).toEqual([8, 7]);
    expect(new URL(linkIn(headers), api.url).searchParams.get('cursor')).toBe(body.next_cursor);
    const search = linkIn((await list('?q=invoice?&limit=2')).headers);
    expect((await api.send('GET', search)).status).toBe(200);
  });

  it('repeats no ticket when others are created between two pages', async () => {
    const { body } = await list('?limit=6');
    const { id } = (await api.createTicket()).body;
    const next = await ids(`?limit=20&cursor=${body.next_cursor ?? ''}`);
    expect(next).toEqual([6, 5, 4, 3, 2, 1]);
    const database = await connect(service().stores.database);
    await database.query('DELETE FROM ticket WHERE id = $1', [id]);
    await database.end();
  });

  it('accepts a cursor only with the filters and the order it was issued for', async () => {
    const { next_cursor } = (await list('?limit=2&status=opened')).body;
    const cursor = next_cursor ?? '';
    expect((await list(`?limit=1&status=opened&cursor=${cursor}`)).status).toBe(200);
    const altered = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
    for (const query of [
      `cursor=${cursor}`,
      `status=closed&cursor=${cursor}`,
      `status=opened&sort=created_at&cursor=${cursor}`,
      `status=opened&cursor=${altered}`,
      `status=opened&cursor=${cursor}A`,
      `status=opened&cursor=${cursor.slice(0, -2)}`,
      'cursor=',
      'cursor=1',
    ]) {
      const { status, problem } = await list(`?${query}`);
      expect([query, status, problem.errors?.[0]?.field]).toEqual([query, 400, 'cursor']);
    }
  });

  it.each([
    ['status=lost', 'status'],
    ['status=', 'status'],
    ['status=opened&status=opened', 'status'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=05', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['sort=id', 'sort'],
    ['q=', 'q'],
    ['q=%00', 'q'],
    ['q=a&q=b', 'q'],
    ['email=%20', 'email'],
    ['created_from=yesterday', 'created_from'],
    ['created_from=2026-01-01', 'created_from'],
    ['created_from=2026-02-30T00:00:00Z', 'created_from'],
    ['created_to=0000-01-01T00:00:00Z', 'created_to'],
    ['updated_from=2026-01-01T00:00:60Z', 'updated_from'],
    ['created_from=2026-01-01T00:00:00+01:00', 'created_from'],
    ['sort[]=created_at', 'sort'],
    ['color=red', 'color'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
  ])('rejects %s and names the parameter', async (query, field) => {
    const { status, problem } = await list(`?${query}`);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });

  it.each(['9999-12-31T23:59:59-23:59', '1000-01-01T00:00:00+23:59', '2026-01-01t00:00:00.123456789z'])(
    'accepts the time %s',
    async (time) => {
      expect((await list(`?created_from=${encodeURIComponent(time)}`)).status).toBe(200);
    },
  );

  it.each([`/ticket/1?x=1`, '/?x=1'])('and other operations reject unknown parameters: %s', async (path) => {
    const { status, problem } = await api.send('GET', path);
    expect([status, problem.errors?.[0]?.field]).toEqual([400, 'x']);
  });
});

/** The longest text, of characters of three bytes. */
const longText = '語'.repeat(10_000);

describe('Long texts', () => {
  it('end a page, and the comments of a ticket, early', async () => {
    const email = 'long@example.com';
    const created = await times(40, () => api.createTicket({ ...aTicket, email, text: longText }));
    const ids = created.map(({ body }) => body.id);
    const [id = 0] = ids;
    for (let n = 0; n < 12; n++) await api.comment(id, { ...aComment, text: longText.slice(n) });

    const shown = (await api.ticket(id)).body;
    expect(shown.comment_count).toBe(12);
    // The ninth comment passes 256 KiB.
    expect(shown.comments).toHaveLength(9);
    const rest = await api.send<{ items: object[] }>('GET', shown.comments_next ?? '');
    expect(rest.body.items).toHaveLength(3);
    expect((await api.updateStatus(id, 'answered')).body.comments).toHaveLength(9);

    const list = (path: string) =>
      api.send<{ items: { id: number }[]; next_cursor: string | null }>('GET', path);
    const found: number[] = [];
    const pages: number[] = [];
    for (let path: string | null = `/ticket?email=${email}&limit=100`; path !== null;) {
      const page = await list(path);
      found.push(...page.body.items.map((ticket) => ticket.id));
      pages.push(page.body.items.length);
      path = page.body.next_cursor && `/ticket?email=${email}&limit=100&cursor=${page.body.next_cursor}`;
    }
    expect(pages).toEqual([35, 5]);
    expect(found.sort()).toEqual(ids.sort());
  });
});
