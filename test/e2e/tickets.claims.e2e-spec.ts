import { describe, expect, it } from '@jest/globals';

import { aTicket, count, encode, json, times, type ApiResponse } from '../support/api.js';
import type { Fields, Ticket } from '../support/api.js';
import { sharedReplicas } from '../support/shared-service.js';

const { replica } = sharedReplicas();
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
