import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import {
  aComment,
  aTicket,
  bodyKinds,
  type Comment,
  count,
  json,
  type Ticket,
  times,
} from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { lockTicket } from '../support/transactions.js';

const { api, service } = sharedService();

/** Creates a ticket and transitions it to this status. */
async function createTicketWith(status: string): Promise<number> {
  const path: Record<string, string[]> = {
    opened: [],
    answered: ['answered'],
    awaited: ['answered', 'awaited'],
    closed: ['closed'],
  };
  const { body } = await api.createTicket();
  for (const step of path[status] ?? []) await api.updateStatus(body.id, step);
  return body.id;
}

describe('POST /ticket', () => {
  it.each(bodyKinds)('creates an opened ticket from %s', async (kind) => {
    const { status, headers, body } = await api.createTicket(aTicket, kind);

    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ticket/${body.id}`);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      id: expect.any(Number),
      ...aTicket,
      ...{ status: 'opened', version: 1 },
      ...{ external_id: null, assignee: null, priority: 'normal', tags: [], metadata: {} },
      ...{ due_at: null, follows: null, first_response_at: null, closed_at: null },
      ...{ status_changed_at: body.created_at },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
      comment_count: 0,
      comments: [],
      comments_next: null,
    });
    expect((await api.ticket(body.id)).body).toEqual(body);
  });

  it.each(bodyKinds)('stores texts from %s byte for byte', async (kind) => {
    const theme = ' \u202E«ünï»\t\u0001 🙂 e\u0301 %00 + & = \' " \\ ';
    const text = 'one\r\ntwo\n\nthree\u2028\uFEFF\u{10FFFF}';
    const { body } = await api.createTicket({ theme, text, email: aTicket.email }, kind);

    // fetch and browsers send line ends in form-data as CRLF.
    const sent = kind === 'form-data' ? text.replace(/\r?\n/g, '\r\n') : text;
    expect((await api.ticket(body.id)).body).toMatchObject({ theme, text: sent });
  });
});

describe('GET /ticket/{ticket_id}', () => {
  it('shows the ticket with its first 100 comments, oldest first', async () => {
    const id = await createTicketWith('opened');
    for (let n = 1; n <= 101; n++) await api.comment(id, { ...aComment, text: `comment ${n}` });

    const { status, body } = await api.ticket(id);
    expect(status).toBe(200);
    expect(body.comment_count).toBe(101);
    expect(body.comments.map(({ text }) => text)).toEqual(
      Array.from({ length: 100 }, (_, n) => `comment ${n + 1}`),
    );
  });

  it('returns 404 for an unknown ticket', async () => {
    const { status, headers, problem } = await api.ticket(999_999);

    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(problem).toEqual({
      type: 'urn:problem-type:ticket-system:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is no ticket 999999',
      instance: '/ticket/999999',
      request_id: headers.get('x-request-id'),
    });
  });
});

describe('PUT /ticket/{ticket_id}', () => {
  it.each(bodyKinds)('transitions a ticket by %s', async (kind) => {
    const id = await createTicketWith('opened');
    await api.comment(id);
    const { status, body } = await api.updateStatus(id, 'answered', kind);

    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: 'answered', comment_count: 1, comments: [aComment] });
    expect(body.updated_at > body.created_at).toBe(true);
    expect((await api.ticket(id)).body).toEqual(body);
  });

  it.each([
    ['opened', 'answered'],
    ['opened', 'closed'],
    ['answered', 'awaited'],
    ['answered', 'closed'],
    ['awaited', 'answered'],
    ['awaited', 'closed'],
  ])('allows the transition from %s to %s', async (from, to) => {
    const { status, body } = await api.updateStatus(await createTicketWith(from), to);
    expect([status, body.status]).toEqual([200, to]);
  });

  it.each([
    ['opened', 'awaited', ['answered', 'closed']],
    ['answered', 'answered', ['awaited', 'closed']],
    ['awaited', 'awaited', ['answered', 'closed']],
    ['closed', 'answered', []],
    ['closed', 'awaited', []],
    ['closed', 'closed', []],
  ])('rejects the transition from %s to %s, and lists the allowed ones', async (current, to, allowed) => {
    const id = await createTicketWith(current);
    const before = (await api.ticket(id)).body;
    const { status, problem } = await api.updateStatus(id, to);

    expect(status).toBe(409);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:transition-not-allowed',
      status: 409,
      current,
      allowed,
    });
    expect((await api.ticket(id)).body).toEqual(before);
  });

  it('returns 404 for an unknown ticket', async () => {
    expect((await api.updateStatus(999_999, 'closed')).status).toBe(404);
  });
});

describe('POST /ticket/{ticket_id}/comment', () => {
  it.each(bodyKinds)('adds a comment from %s', async (kind) => {
    const id = await createTicketWith('opened');
    const { status, headers, body } = await api.comment(id, aComment, kind);

    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/ticket/${id}/comment/${body.id}`);
    expect(body).toEqual({
      ...{ id: expect.any(Number), ticket_id: id, ...aComment },
      ...{ author: 'team', visibility: 'public', redacted_at: null, ticket_version: 2 },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect((await api.ticket(id)).body).toMatchObject({ comment_count: 1, comments: [body] });
  });

  it.each(['answered', 'awaited'])('accepts a comment on an %s ticket', async (status) => {
    expect((await api.comment(await createTicketWith(status))).status).toBe(201);
  });

  it('rejects a comment on a closed ticket', async () => {
    const id = await createTicketWith('closed');
    const { status, problem } = await api.comment(id);

    expect(status).toBe(409);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:ticket-closed',
      current: 'closed',
      allowed: [],
    });
    expect((await api.ticket(id)).body.comment_count).toBe(0);
  });

  it('returns 404 for an unknown ticket', async () => {
    expect((await api.comment(999_999)).status).toBe(404);
  });
});

const put = (id: number, status: string, etag: string) =>
  api.send<Ticket>('PUT', `/ticket/${id}`, withHeaders({ status }, { 'if-match': etag }));
const comment = (id: number, etag: string) =>
  api.send<Comment>('POST', `/ticket/${id}/comment`, withHeaders(aComment, { 'if-match': etag }));

function withHeaders(body: object, headers: Record<string, string>): RequestInit {
  const init = json(JSON.stringify(body));
  return { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } };
}

describe('The ETag of a ticket', () => {
  it('changes with every write, and is the same in every response', async () => {
    const created = await api.createTicket();
    const { id } = created.body;
    expect(created.headers.get('etag')).toBe('"1"');
    expect((await api.ticket(id)).headers.get('etag')).toBe('"1"');
    expect((await api.updateStatus(id, 'answered')).headers.get('etag')).toBe('"2"');
    await api.comment(id);
    expect((await api.ticket(id)).headers.get('etag')).toBe('"3"');
  });
});

describe('If-None-Match', () => {
  it.each(['"1"', 'W/"1"', '"0", "1"', '*'])(
    'with %s returns 304 from the database and from the cache',
    async (tags) => {
      const { id } = (await api.createTicket()).body;
      const seen = new Set<string | null>();
      await eventually(async () => {
        const { status, headers, body } = await api.ticket(id, { 'if-none-match': tags });
        expect([status, headers.get('etag'), body]).toEqual([304, '"1"', '']);
        return seen.add(headers.get('x-cache')).has('MISS') && seen.has('HIT');
      });
    },
  );

  it.each(['"2"', '1', '""'])('with %s returns the ticket', async (tags) => {
    const { id } = (await api.createTicket()).body;
    expect((await api.ticket(id, { 'if-none-match': tags })).status).toBe(200);
  });
});

describe('If-Match', () => {
  it.each(['"1"', 'W/"1"', '*', '"7", "1"'])('with %s allows the first write', async (tags) => {
    const { id } = (await api.createTicket()).body;
    expect((await put(id, 'answered', tags)).status).toBe(200);
    const other = (await api.createTicket()).body;
    expect((await comment(other.id, tags)).status).toBe(201);
  });

  it.each(['"2"', 'W/"2"', '"x"', '"99999999999999999999"'])(
    'with %j rejects it with 412 and changes nothing',
    async (tags) => {
      const { id } = (await api.createTicket()).body;
      for (const { status, problem } of [await put(id, 'answered', tags), await comment(id, tags)]) {
        expect(status).toBe(412);
        expect(problem.type).toBe('urn:problem-type:ticket-system:precondition-failed');
      }
      expect((await api.ticket(id)).body).toMatchObject({ status: 'opened', comment_count: 0 });
    },
  );

  it.each(['1', '', ',', '"1', 'w/"1"', '"1" "2"', '"1", *'])(
    'with %j, which is no entity tag, is rejected with 400 and changes nothing',
    async (tags) => {
      const { id } = (await api.createTicket()).body;
      for (const { status, problem } of [await put(id, 'answered', tags), await comment(id, tags)]) {
        expect([status, problem.errors?.map(({ field }) => field)]).toEqual([400, ['If-Match']]);
      }
      expect((await api.ticket(id)).body).toMatchObject({ status: 'opened', comment_count: 0 });
    },
  );

  it('is checked before the transition', async () => {
    const { id } = (await api.createTicket()).body;
    expect((await put(id, 'awaited', '"9"')).status).toBe(412);
    expect((await put(id, 'awaited', '"1"')).status).toBe(409);
    expect((await put(999_999, 'closed', '"1"')).status).toBe(404);
  });

  it('allows exactly one of 32 concurrent writes with the same version', async () => {
    const { id } = (await api.createTicket()).body;
    const responses = await times<{ status: number }>(32, (n) =>
      n % 2 === 0 ? comment(id, '"1"') : put(id, 'closed', '"1"'),
    );
    expect(count(responses, 412)).toBe(31);
  });
});

interface Page {
  items: { type: string; version: number; actor: null; at: string; data: object }[];
  next_cursor: string | null;
}

describe('GET /ticket/{ticket_id}/history', () => {
  it('returns every change, oldest first', async () => {
    const { id } = (await api.createTicket()).body;
    await api.updateStatus(id, 'awaited');
    await api.updateStatus(id, 'answered');
    const added = (await api.comment(id)).body;
    await api.updateStatus(id, 'closed');
    await api.comment(id);

    const { status, body } = await api.send<Page>('GET', `/ticket/${id}/history`);
    expect(status).toBe(200);
    expect(body.items.map(({ type, version, actor, data }) => [type, version, actor, data])).toEqual([
      // Neither theme nor email: events hold no personal text.
      ['ticket.created', 1, null, {}],
      ['ticket.status_changed', 2, null, { from: 'opened', to: 'answered', changed: ['status'] }],
      ['comment.added', 3, null, { comment_id: added.id, visibility: 'public', author: 'team' }],
      ['ticket.status_changed', 4, null, { from: 'answered', to: 'closed', changed: ['status'] }],
    ]);
    const at = body.items.map((item) => item.at);
    expect(at).toEqual([...at].sort());
  });

  it('pages through the changes', async () => {
    const { id } = (await api.createTicket()).body;
    for (let n = 0; n < 4; n++) await api.comment(id);
    const first = (await api.send<Page>('GET', `/ticket/${id}/history?limit=3`)).body;
    const cursor = first.next_cursor ?? '';
    const second = (await api.send<Page>('GET', `/ticket/${id}/history?limit=3&cursor=${cursor}`)).body;
    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(second.next_cursor).toBeNull();
    expect((await api.send('GET', `/ticket/${id + 1}/history?cursor=${cursor}`)).status).toBe(400);
  });

  it('has one event for each version under concurrent writes', async () => {
    const { id } = (await api.createTicket()).body;
    await times<unknown>(64, (n) => (n % 3 === 0 ? api.updateStatus(id, 'answered') : api.comment(id)));
    const database = await connect(service().stores.database);
    const { rows } = await database.query(
      `SELECT ticket.version = count(event.id) AND ticket.version = max(event.version) AS equal
       FROM ticket JOIN event ON ticket_id = ticket.id WHERE ticket.id = $1 GROUP BY ticket.id`,
      [id],
    );
    await database.end();
    expect(rows).toEqual([{ equal: true }]);
  });

  it('returns 404 for an unknown ticket', async () => {
    expect((await api.send('GET', '/ticket/999999/history')).status).toBe(404);
  });
});

describe('GET /ticket/{ticket_id}/comment', () => {
  it('lists the comments, oldest first, and continues after those in the ticket', async () => {
    const { id } = (await api.createTicket()).body;
    for (let n = 1; n <= 103; n++) await api.comment(id, { ...aComment, text: `comment ${n}` });
    const texts = async (path: string) => {
      const { body } = await api.send<{ items: Comment[]; next_cursor: string | null }>('GET', path);
      return { texts: body.items.map(({ text }) => text), next: body.next_cursor };
    };
    const first = await texts(`/ticket/${id}/comment?limit=100`);
    expect(first.texts).toHaveLength(100);
    const rest = await texts(`/ticket/${id}/comment?cursor=${first.next ?? ''}`);
    expect(rest).toEqual({ texts: ['comment 101', 'comment 102', 'comment 103'], next: null });

    const { comments_next } = (await api.ticket(id)).body;
    expect(await texts(comments_next ?? '')).toEqual(rest);
  });

  it('is empty for a ticket without comments, and returns 404 for an unknown ticket', async () => {
    const { id } = (await api.createTicket()).body;
    expect((await api.send('GET', `/ticket/${id}/comment`)).body).toEqual({ items: [], next_cursor: null });
    expect((await api.send('GET', '/ticket/999999/comment')).status).toBe(404);
  });
});

const createTickets = async (n: number) =>
  (await times(n, () => api.createTicket())).map(({ body }) => body.id);
const lock = (...ids: number[]) => lockTicket(service().stores.database, ...ids);

/** Resolves this many milliseconds after a time. */
const until = (begin: number, ms: number) => sleep(Math.max(0, begin + ms - performance.now()));

describe('A write of a ticket', () => {
  it('does not begin before the earlier one has ended, even if that one was answered 503 at its deadline', async () => {
    const [ticket = 0, ...others] = await createTickets(5);
    // These hold the connections of single items, so that the statement of the first write begins late.
    const unlockOthers = await lock(...others);
    const unlock = await lock(ticket);
    const observer = await connect(service().stores.database);
    const begin = performance.now();
    const holding = others.map((id) => api.updateStatus(id, 'answered'));
    await sleep(60);
    const first = api.updateStatus(ticket, 'answered');
    await until(begin, 500);
    const second = api.updateStatus(ticket, 'awaited');
    await until(begin, 1_700);
    await unlockOthers();
    let most = 0;
    while (performance.now() - begin < 2_250) {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      most = Math.max(most, (await observer.query(sql)).rows.length);
    }
    await unlock();
    await Promise.all([first, second, ...holding]);
    await observer.end();
    expect(most).toBe(1);
  });
});
