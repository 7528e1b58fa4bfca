import { beforeAll, describe, expect, it } from '@jest/globals';

import { type Ticket } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { connect } from '../support/servers.js';

const { api, service } = sharedService();

const minute = (n: number) => `2026-01-01T00:${String(n).padStart(2, '0')}:00.000Z`;
const priorities = ['low', 'normal', 'high', 'urgent'];
const assignees = [null, 'ada', 'bob', 'a,b'];

/** Twelve tickets, the n-th created in minute n. Every fourth is closed; every third has no due time. */
beforeAll(async () => {
  const database = await connect(service().stores.database);
  for (let n = 1; n <= 12; n++) {
    // Created by the service, because it makes the words for searches.
    await api.createTicket();
    await database.query(
      `UPDATE ticket SET status = $1, created_at = $2, updated_at = $2, assignee = $3, priority = $4, tags = $5, metadata = $6,
         external_id = $7, due_at = $8, follows = $9, closed_at = $10
       WHERE id = ${n}`,
      [
        ...[n % 4 === 0 ? 'closed' : 'opened', minute(n), assignees[n % 4], priorities[n % 4]],
        ...[
          n % 2 ? ['odd'] : ['even', n % 6 ? 'b' : 'six'].sort(),
          JSON.stringify({ n: String(n), half: String(n >> 1) }),
        ],
        ...[n % 5 ? null : `shop-${n}`, n % 3 ? minute(60 - n) : null, n > 10 ? 1 : null],
        ...[n % 4 ? null : minute(n)],
      ],
    );
  }
  await database.end();
});

interface Page {
  items: Ticket[];
  next_cursor: string | null;
}
interface Count {
  count: number;
  is_exact: boolean;
  as_of: string;
  by: { value: string | null; count: number; is_exact: boolean }[];
}
const list = (query: string) => api.send<Page>('GET', `/ticket?${query}`);
const ids = async (query: string) => (await list(query)).body.items.map(({ id }) => id);
const countOf = async (query: string) => (await api.send<Count>('GET', `/ticket/count?${query}`)).body;

async function readAllPages(query: string): Promise<number[]> {
  const all = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await list(`${query}&limit=2${cursor && `&cursor=${cursor}`}`);
    all.push(...body.items.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  return all;
}

const filters: [string, number[]][] = [
  ['assignee=ada', [9, 5, 1]],
  ['assignee=ada&assignee=bob', [10, 9, 6, 5, 2, 1]],
  ['assignee[]=ada&assignee[]=ada', [9, 5, 1]],
  ['assignee=a,b', [11, 7, 3]],
  ['unassigned=true', [12, 8, 4]],
  ['unassigned=true&status=opened', []],
  ['priority=urgent', [11, 7, 3]],
  ['priority=urgent,low&created_from=2026-01-01T00:07:00Z', [12, 11, 8, 7]],
  ['priority=high&priority=low&status=opened', [10, 6, 2]],
  ['status=opened,closed&assignee=bob', [10, 6, 2]],
  ['tag=odd', [11, 9, 7, 5, 3, 1]],
  ['tag=even&tag=six', [12, 6]],
  ['tag=even,six', [12, 6]],
  ['tag=even&tag=odd', []],
  ['external_id=shop-10', [10]],
  ['metadata[half]=3', [7, 6]],
  ['metadata[half]=3&metadata[n]=7', [7]],
  ['metadata[half]=30', []],
  ['follows=1', [12, 11]],
  [`updated_from=${minute(3)}&updated_to=${minute(5)}`, [4, 3]],
  [`due_to=${minute(50)}`, [11]],
  [`closed_from=${minute(8)}&closed_to=${minute(12)}`, [8]],
  ['tag=odd&assignee=ada&priority=normal&status=opened', [9, 5, 1]],
];

describe('GET /ticket', () => {
  it.each(filters)('filters by %s, and counts as many', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
    expect(await countOf(query)).toEqual({
      ...{ count: expected.length, is_exact: true, by: [] },
      as_of: expect.stringMatching(/Z$/),
    });
  });

  const byPriority = [4, 8, 12, 1, 5, 9, 2, 6, 10, 3, 7, 11];
  const due = [11, 10, 8, 7, 5, 4, 2, 1];
  it.each([
    ['sort=priority', byPriority],
    ['sort=-priority', byPriority.toReversed()],
    ['sort=due_at', [...due, 3, 6, 9, 12]],
    ['sort=-due_at', [...due.toReversed(), 12, 9, 6, 3]],
    ['sort=due_at&tag=even', [10, 8, 4, 2, 6, 12]],
    ['sort=-due_at&assignee=ada&assignee=bob&priority=normal,high', [1, 2, 5, 10, 9, 6]],
    [`sort=due_at&due_to=${minute(53)}`, [11, 10, 8]],
    ['sort=-priority&priority=low,high,normal', [10, 6, 2, 9, 5, 1, 12, 8, 4]],
    ['sort=priority&priority=high,low', [4, 8, 12, 2, 6, 10]],
    ['q=invoice&sort=due_at', [...due, 3, 6, 9, 12]],
    ['q=invoice&sort=-due_at', [...due.toReversed(), 12, 9, 6, 3]],
    ['q=invoice&sort=-priority&assignee=ada&assignee=bob', [10, 6, 2, 9, 5, 1]],
  ] as [string, number[]][])('sorts and pages through every ticket once: %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
    expect(await readAllPages(query)).toEqual(expected);
  });

  it.each([
    ['assignee=ada&unassigned=true', 'assignee'],
    ['assignee=', 'assignee'],
    ['assignee=a&'.repeat(21), 'assignee'],
    ['unassigned=false', 'unassigned'],
    ['priority=highest', 'priority'],
    ['priority=low,low', 'priority'],
    ['tag=Upper', 'tag'],
    ['tag=a,,b', 'tag'],
    ['metadata=a', 'metadata'],
    ['metadata[a b]=c', 'metadata'],
    ['metadata[a]=b&metadata[a]=c', 'metadata'],
    ['metadata[a]=b&metadata=c', 'metadata'],
    ['follows=0', 'follows'],
    ['due_to=soon', 'due_to'],
    ['sort=assignee', 'sort'],
  ])('rejects %s, as counts do', async (query, field) => {
    for (const path of ['/ticket', '/ticket/count']) {
      if (field === 'sort' && path.endsWith('count')) continue;
      const { status, problem } = await api.send('GET', `${path}?${query}`);
      expect([status, problem.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    }
  });
});

describe('GET /ticket/count', () => {
  it('counts all tickets, and those of each value', async () => {
    expect(await countOf('')).toMatchObject({ count: 12, is_exact: true, by: [] });
    expect((await countOf('by=status')).by).toEqual([
      { value: 'opened', count: 9, is_exact: true },
      { value: 'closed', count: 3, is_exact: true },
    ]);
    expect((await countOf('by=assignee&status=closed')).by).toEqual([
      { value: null, count: 3, is_exact: true },
    ]);
    expect((await countOf('by=priority&tag=odd')).by.map(({ value, count }) => [value, count])).toEqual([
      ['normal', 3],
      ['urgent', 3],
    ]);
    expect(await countOf('by=priority&tag=nothing')).toMatchObject({ count: 0, by: [] });
  });

  it.each(['by=email', 'sort=priority', 'limit=1', 'q=a', 'by=status&by=priority'])(
    'rejects %s',
    async (query) => {
      expect((await api.send('GET', `/ticket/count?${query}`)).status).toBe(400);
    },
  );

  it('repeats a count for five seconds', async () => {
    const query = 'external_id=counted';
    const before = await countOf(query);
    await api.createTicket({ theme: 'a', text: 'a', email: 'a@b.co', external_id: 'counted' });
    expect(await countOf(query)).toEqual(before);
    expect((await countOf(`${query}&status=opened`)).count).toBe(1);
  });

  it('reads at most 100,000 tickets', async () => {
    const database = await connect(service().stores.database);
    await database.query(
      `INSERT INTO ticket (theme, text, email, priority, assignee)
       SELECT 'a', 'a', 'many@b.co', CASE WHEN n % 2 = 0 THEN 'low' ELSE 'high' END::ticket_priority, n::text
       FROM generate_series(1, 100001) AS n`,
    );
    await database.end();
    expect(await countOf('email=many@b.co')).toMatchObject({ count: 100_000, is_exact: false });
    const { count, is_exact, by } = await countOf('email=many@b.co&priority=low&by=priority');
    expect(by).toEqual([{ value: 'low', count, is_exact: false }]);
    expect(is_exact).toBe(false);
    expect(Math.abs(count - 50_000)).toBeLessThanOrEqual(1);
    expect((await countOf('email=many@b.co&by=assignee')).by).toHaveLength(100);
    expect((await countOf('assignee=77777')).count).toBe(1);
  });
});

describe('GET /ticket with filters of very many tickets', () => {
  it('reads a bounded number of tickets for a page, and goes on where it stopped', async () => {
    const database = await connect(service().stores.database);
    await database.query(
      `INSERT INTO ticket (theme, text, email, due_at, updated_at, closed_at)
       SELECT 'a', 'a', 'page@b.co', '2027-01-01', CASE WHEN n % 50000 = 1 THEN '2030-01-01' ELSE now() END::timestamptz, now()
       FROM generate_series(1, 100001) AS n`,
    );
    await database.query('ANALYZE ticket');
    await database.end();
    const query = 'status=opened&due_to=2028-01-01T00:00:00Z&updated_from=2029-01-01T00:00:00Z';
    const { items, next_cursor } = (await list(`${query}&limit=100`)).body;
    expect([items.length, typeof next_cursor]).toEqual([1, 'string']);
    expect(await readAllPages(query)).toHaveLength(3);
    const inAnyOrder = (await list(`${query}&closed_to=2029-01-01T00:00:00Z&sort=updated_at`)).body;
    expect(inAnyOrder).toMatchObject({ items: [{}, {}, {}], next_cursor: null });
  });
});
