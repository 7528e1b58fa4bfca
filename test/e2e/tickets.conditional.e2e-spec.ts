import { describe, expect, it } from '@jest/globals';

import { aComment, count, json, times, type Comment, type Ticket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';

const { api, service } = sharedService();

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
