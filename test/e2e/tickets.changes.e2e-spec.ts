import { describe, expect, it } from '@jest/globals';

import {
  type ApiResponse,
  aTicket,
  bodyKinds,
  count,
  encode,
  type Fields,
  json,
  type Ticket,
  times,
} from '../support/api.js';
import { sharedReplicas } from '../support/shared-service.js';
import { connect } from '../support/servers.js';

const { replica, stores } = sharedReplicas();
const api = replica(0);

const create = async (fields: Fields = {}) => (await api.createTicket({ ...aTicket, ...fields })).body;
const claim = (id: number, assignee: string, on = api) =>
  on.send<Ticket>('POST', `/ticket/${id}/claim`, encode({ assignee }, 'JSON'));
const tag = (method: 'PUT' | 'DELETE', id: number, name: string, on = api, headers = {}) =>
  on.send<Ticket>(method, `/ticket/${id}/tag/${name}`, { headers });

interface Change {
  type: string;
  version: number;
  data: object;
}
const history = async (id: number) =>
  (await api.send<{ items: Change[] }>('GET', `/ticket/${id}/history`)).body.items;
const lastChange = async (id: number) => (await history(id)).at(-1);

const type = ({ problem }: ApiResponse<unknown>) => problem.type.split(':').at(-1);

describe('PATCH /ticket/{ticket_id}', () => {
  it.each(bodyKinds)('changes the fields that %s has, in one version with one event', async (kind) => {
    const before = await create({ assignee: 'ada', tags: ['a', 'b'], metadata: { a: '1', b: '2', c: '3' } });
    const fields = {
      ...{ theme: 'New theme', priority: 'urgent', tags: ['c'], metadata: { b: null, c: '4', d: '5' } },
      ...{ assignee: null, due_at: '2027-01-01T00:00:00.000Z' },
    };
    const { status, headers, body } = await api.patch(before.id, fields, {}, kind);
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toEqual({
      ...before,
      ...fields,
      ...{ version: 2, metadata: { a: '1', c: '4', d: '5' }, updated_at: body.updated_at },
    });
    expect(body.updated_at > before.updated_at).toBe(true);
    expect((await api.ticket(before.id)).body).toEqual(body);
    const changes = await history(before.id);
    expect(changes).toHaveLength(2);
    const changed = ['theme', 'assignee', 'priority', 'tags', 'metadata', 'due_at'];
    const data = { assignee: null, priority: 'urgent', tags: ['c'], changed: expect.any(Array) };
    expect(changes[1]).toMatchObject({ type: 'ticket.updated', version: 2, data });
    expect(new Set((changes[1]?.data as { changed: string[] }).changed)).toEqual(new Set(changed));
    expect(JSON.stringify(changes)).not.toContain('New theme');
  });

  it('changes the status and other fields at once', async () => {
    const { id } = await create();
    const { body } = await api.patch(id, { status: 'answered', assignee: 'ada' });
    expect(body).toMatchObject({ status: 'answered', assignee: 'ada', version: 2, closed_at: null });
    expect(body.status_changed_at).toBe(body.updated_at);
    expect(await lastChange(id)).toMatchObject({
      type: 'ticket.status_changed',
      data: { from: 'opened', to: 'answered', assignee: 'ada', changed: ['status', 'assignee'] },
    });
    const closed = (await api.patch(id, { status: 'closed' })).body;
    expect([closed.closed_at, closed.status_changed_at]).toEqual([closed.updated_at, closed.updated_at]);
  });

  it('sets the defaults for null', async () => {
    const { id } = await create({ priority: 'low', tags: ['a'], metadata: { a: 'b' }, external_id: 'reset' });
    const { body } = await api.patch(id, { priority: null, tags: null, metadata: null, external_id: null });
    expect(body).toMatchObject({ priority: 'normal', tags: [], metadata: {}, external_id: null });
    expect((await create({ external_id: 'reset' })).external_id).toBe('reset');
  });

  it('takes application/merge-patch+json, which no other method takes', async () => {
    const { id } = await create();
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = JSON.stringify({ assignee: 'ada' });
    expect((await api.send('PATCH', `/ticket/${id}`, { body, headers })).body).toMatchObject({
      assignee: 'ada',
    });
    expect((await api.send('PUT', `/ticket/${id}`, { body: '{"status":"closed"}', headers })).status).toBe(
      415,
    );
  });

  it.each<Fields>([
    {},
    { status: 'opened' },
    { theme: aTicket.theme, assignee: 'ada', tags: ['b', 'a'], metadata: { a: '1' } },
    { metadata: {} },
    { metadata: { z: null } },
    { due_at: '2027-01-01T01:00:00+01:00' },
  ])('makes no version if nothing changes: %j', async (fields) => {
    const given = { assignee: 'ada', tags: ['a', 'b'], metadata: { a: '1' }, due_at: '2027-01-01T00:00:00Z' };
    const before = await create(given);
    const { status, headers, body } = await api.patch(before.id, fields);
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    expect(body).toEqual(before);
    expect(await history(before.id)).toHaveLength(1);
  });

  it.each([
    ['theme', { theme: null }],
    ['email', { email: 'ada' }],
    ['status', { status: 'lost' }],
    ['status', { status: null }],
    ['follows', { follows: 1 }],
    ['version', { version: 1 }],
    ['tags', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }],
  ])('rejects an invalid %s', async (field, fields) => {
    const { id } = await create();
    const { status, problem } = await api.send('PATCH', `/ticket/${id}`, json(JSON.stringify(fields)));
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([400, [field]]);
  });

  it('rejects a transition that the rules do not allow, and changes nothing', async () => {
    const before = await create();
    const response = await api.patch(before.id, { status: 'awaited', assignee: 'ada' });
    expect([response.status, type(response)]).toEqual([409, 'transition-not-allowed']);
    expect(response.problem.allowed).toEqual(['answered', 'closed']);
    expect((await api.ticket(before.id)).body).toEqual(before);
  });

  it('rejects every change of a closed ticket, and of none', async () => {
    const { id } = await create({ assignee: 'ada', tags: ['a'] });
    await api.updateStatus(id, 'closed');
    const before = (await api.ticket(id)).body;
    const responses = [
      ...[await api.patch(id, {}), await api.patch(id, { status: 'closed' })],
      ...[await api.patch(id, { status: 'answered' }), await api.patch(id, { assignee: 'bob' })],
      ...[await claim(id, 'ada'), await tag('PUT', id, 'a'), await tag('DELETE', id, 'a')],
    ];
    expect(responses.map(type)).toEqual(responses.map(() => 'ticket-closed'));
    expect((await api.ticket(id)).body).toEqual(before);
    const missing = [await api.patch(999_999, {}), await claim(999_999, 'a'), await tag('PUT', 999_999, 'a')];
    expect(count(missing, 404)).toBe(3);
  });

  it('rejects more than 50 keys of metadata in all', async () => {
    const keys = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`k${from + n}`, 'v']));
    const { id } = await create({ metadata: keys(0, 50) });
    const response = await api.patch(id, { metadata: keys(50, 51) });
    expect([response.status, type(response)]).toEqual([409, 'limit-reached']);
    expect((await api.patch(id, { metadata: { k0: null, k50: 'v' } })).status).toBe(200);
  });

  it('rejects an external_id that another ticket has, with and without an Idempotency-Key', async () => {
    const { id } = await create({ external_id: 'taken' });
    const other = await create();
    for (const headers of [{}, { 'idempotency-key': 'of-a-conflict' }] as Record<string, string>[]) {
      const response = await api.patch(other.id, { external_id: 'taken' }, headers);
      expect([response.status, type(response), response.problem.ticket_id]).toEqual([
        409,
        'external-id-taken',
        id,
      ]);
    }
  });

  it('is conditional on If-Match', async () => {
    const { id } = await create();
    expect((await api.patch(id, { assignee: 'ada' }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await api.patch(id, {}, { 'if-match': '"2"' })).status).toBe(412);
    expect((await tag('PUT', id, 'a', api, { 'if-match': '"2"' })).status).toBe(412);
    const responses = await times(32, (n) =>
      replica(n).patch(id, { assignee: `person ${n}` }, { 'if-match': '"1"' }),
    );
    expect([count(responses, 200), count(responses, 412)]).toEqual([1, 31]);
  });

  it('happens once for an Idempotency-Key, as do a transition, a claim and a tag', async () => {
    const { id } = await create();
    const send: ((headers: Record<string, string>) => Promise<ApiResponse<Ticket>>)[] = [
      (headers) => api.patch(id, { assignee: 'ada' }, headers),
      (headers) =>
        api.send('PUT', `/ticket/${id}`, { body: new URLSearchParams({ status: 'answered' }), headers }),
      (headers) =>
        api.send('POST', `/ticket/${id}/claim`, { body: new URLSearchParams({ assignee: 'ada' }), headers }),
      (headers) => tag('PUT', id, 'a', api, headers),
      (headers) => tag('DELETE', id, 'a', api, headers),
    ];
    for (const [n, request] of send.entries()) {
      const headers = { 'idempotency-key': `change-${n}` };
      const first = await request(headers);
      await api.patch(id, { priority: n % 2 ? 'low' : 'high' });
      const again = await request(headers);
      expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
        200,
        200,
        'true',
      ]);
      expect(again.body).toEqual(first.body);
    }
    expect((await api.patch(id, { assignee: 'bob' }, { 'idempotency-key': 'change-0' })).status).toBe(422);
  });

  it('loses no change of another field', async () => {
    const { id } = await create();
    await times(40, (n) => replica(n).patch(id, { metadata: { [`k${n}`]: `v${n}` } }));
    const { body } = await api.ticket(id);
    expect(Object.keys(body.metadata)).toHaveLength(40);
    expect(body.version).toBe(41);
  });

  it('changes nothing after a concurrent close', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await create();
      const changes = times(16, (n) => replica(n).patch(id, { metadata: { [`k${n}`]: 'v' } }));
      const close = await replica(round).patch(id, { status: 'closed' });
      const responses = await changes;
      expect(close.status).toBe(200);
      expect(count(responses, 200) + count(responses, 409)).toBe(16);
      expect(Object.keys(close.body.metadata)).toHaveLength(count(responses, 200));
      expect((await replica(round).ticket(id)).body).toEqual(close.body);
      const versions = (await history(id)).map(({ version }) => version);
      expect(versions).toEqual(Array.from({ length: close.body.version }, (_, n) => n + 1));
    }
  });
});

describe('POST /ticket/{ticket_id}/claim', () => {
  it('assigns a free ticket, and answers its assignee again without a version', async () => {
    const { id } = await create();
    const first = await claim(id, 'ada');
    expect([first.status, first.body.assignee, first.body.version]).toEqual([200, 'ada', 2]);
    const again = await claim(id, 'ada');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await lastChange(id)).toMatchObject({
      type: 'ticket.updated',
      data: { changed: ['assignee'], assignee: 'ada' },
    });
  });

  it('rejects another one, and names the assignee', async () => {
    const { id } = await create({ assignee: 'ada' });
    const response = await claim(id, 'bob');
    expect([response.status, type(response), response.problem.assignee]).toEqual([
      409,
      'ticket-claimed',
      'ada',
    ]);
  });

  it('lets one of 32 racing claims win', async () => {
    const { id } = await create();
    const responses = await times(32, (n) => claim(id, `person ${n}`, replica(n)));
    expect([count(responses, 200), count(responses, 409)]).toEqual([1, 31]);
    const { assignee, version } = (await api.ticket(id)).body;
    expect(version).toBe(2);
    for (const { problem } of responses.filter(({ status }) => status === 409))
      expect(problem.assignee).toBe(assignee);
  });

  it('rejects a claim of nobody', async () => {
    const { id } = await create();
    expect((await api.send('POST', `/ticket/${id}/claim`, json('{"assignee":null}'))).status).toBe(400);
    expect((await api.send('POST', `/ticket/${id}/claim`)).status).toBe(400);
  });
});

describe('A tag', () => {
  it('is added and removed, and makes a version only if that changes something', async () => {
    const { id } = await create({ tags: ['m'] });
    expect((await tag('PUT', id, 'a')).body).toMatchObject({ tags: ['a', 'm'], version: 2 });
    expect((await tag('PUT', id, 'a')).body).toMatchObject({ tags: ['a', 'm'], version: 2 });
    expect((await tag('DELETE', id, 'm')).body).toMatchObject({ tags: ['a'], version: 3 });
    expect((await tag('DELETE', id, 'm')).body).toMatchObject({ tags: ['a'], version: 3 });
    expect(await lastChange(id)).toMatchObject({ data: { changed: ['tags'], tags: ['a'] } });
  });

  it('sorts tags by their bytes, wherever they come from', async () => {
    const tags = ['a:b', 'a-b', 'a.b', 'a_b', 'ab', 'a1', '1a'];
    const { id, ...created } = await create({ tags });
    expect(created.tags).toEqual([...tags].sort());
    expect((await tag('PUT', id, 'aa')).body.tags).toEqual([...tags, 'aa'].sort());
  });

  it('that is one too many is rejected, and one that is there is not', async () => {
    const { id } = await create({ tags: Array.from({ length: 20 }, (_, n) => `t${n}`) });
    const response = await tag('PUT', id, 'more');
    expect([response.status, type(response)]).toEqual([409, 'limit-reached']);
    expect((await tag('PUT', id, 't7')).status).toBe(200);
  });

  it.each(['Upper', '-a', 'a%20b', 'a'.repeat(51), '%C3%BC'])(
    'that is invalid is rejected: %s',
    async (name) => {
      const { id } = await create();
      const { status, problem } = await tag('PUT', id, name);
      expect([status, problem.errors?.[0]?.field]).toEqual([400, 'tag']);
    },
  );

  it('is not lost among racing ones', async () => {
    const { id } = await create({ tags: ['gone'] });
    await times(32, (n) =>
      n % 2 ? tag('PUT', id, `t${n}`, replica(n >> 1)) : tag('DELETE', id, 'gone', replica(n >> 1)),
    );
    const { tags, version } = (await api.ticket(id)).body;
    expect(tags).toEqual(Array.from({ length: 16 }, (_, n) => `t${2 * n + 1}`).sort());
    expect(version).toBe(18);
  });
});

describe('A ticket with many concurrent writers', () => {
  it('allows exactly one of 32 concurrent transitions', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const responses = await times(32, (n) => replica(n).updateStatus(id, 'answered'));

    expect(count(responses, 200)).toBe(1);
    expect(count(responses, 409)).toBe(31);
    for (const { problem } of responses.filter(({ status }) => status === 409)) {
      expect(problem).toMatchObject({ current: 'answered', allowed: ['awaited', 'closed'] });
    }
  });

  it('validates each concurrent transition against the locked status', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const transitions = ['answered', 'awaited', 'answered', 'awaited'];
    const responses = await times(64, async (n) => {
      const to = transitions[n % transitions.length] ?? '';
      return { to, ...(await replica(n).updateStatus(id, to)) };
    });

    for (const { status, to, problem } of responses) {
      expect([200, 409]).toContain(status);
      if (status === 409) expect(problem.allowed).not.toContain(to);
    }
  });

  it('accepts no comments once closed', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = (await replica(0).createTicket()).body;
      const comments = times(16, (n) => replica(n).comment(id));
      const close = await replica(round).updateStatus(id, 'closed');
      const responses = await comments;

      expect(close.status).toBe(200);
      expect(count(responses, 201) + count(responses, 409)).toBe(16);
      // The response to the close contains the earlier comments; no later one may exist.
      expect(close.body.comments).toHaveLength(close.body.comment_count);
      expect(close.body.comment_count).toBe(count(responses, 201));
      expect((await replica(round).ticket(id)).body).toEqual(close.body);
    }
  });

  it('increments its version once for each of 64 concurrent changes', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const responses = await times<ApiResponse<unknown>>(64, (n) =>
      n % 4 === 0 ? replica(n).updateStatus(id, 'answered') : replica(n).comment(id),
    );
    const changes = responses.filter(({ status }) => status < 300).length;

    const database = await connect(stores().database);
    const { rows } = await database.query('SELECT version, comment_count FROM ticket WHERE id = $1', [id]);
    await database.end();
    expect(rows).toEqual([{ version: 1 + changes, comment_count: count(responses, 201) }]);
  });
});
