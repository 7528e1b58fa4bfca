import { describe, expect, it } from '@jest/globals';

import { aTicket, bodyKinds, count, times, type Api, type Fields } from '../support/api.js';
import { holdTransaction, waitForBlockedSessions } from '../support/transactions.js';
import { sharedReplicas } from '../support/shared-service.js';

const { replica, stores } = sharedReplicas();
const api: Api = replica(0);

let used = 0;
const newId = () => `shop ${++used}`;
const create = (fields: Fields, on = api) => on.createTicket({ ...aTicket, ...fields });
const fieldsIn = ({ problem }: { problem: { errors?: { field: string }[] } }) =>
  problem.errors?.map(({ field }) => field);

const full = {
  ...{ assignee: 'ada', priority: 'high', tags: ['vip', 'billing', 'vip'] },
  ...{ metadata: { order: '2043', '12': 'a', 'a.b': 'c d' }, due_at: '2026-12-01T10:00:00.1239+02:00' },
};

describe('POST /ticket', () => {
  it.each(bodyKinds)('takes every field from %s', async (kind) => {
    const earlier = (await api.createTicket()).body;
    const external_id = newId();
    const fields = { ...aTicket, ...full, external_id, follows: earlier.id };
    const { status, body } = await api.createTicket(fields, kind);
    expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(Number) })]);
    expect(body).toMatchObject({
      ...fields,
      ...{ tags: ['billing', 'vip'], due_at: '2026-12-01T08:00:00.123Z', status: 'opened', version: 1 },
    });
    expect((await api.ticket(body.id)).body).toEqual(body);
  });

  it.each(bodyKinds)('takes null in %s for what a field is without a value', async (kind) => {
    const nothing = { external_id: null, assignee: null, due_at: null, follows: null };
    const defaults = { priority: null, tags: null, metadata: null };
    const { status, body } = await api.createTicket({ ...aTicket, ...nothing, ...defaults }, kind);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...nothing, priority: 'normal', tags: [], metadata: {} });
  });

  it('takes lists in every notation of a form', async () => {
    for (const tags of ['tags=b&tags=a', 'tags[]=b&tags[]=a', 'tags=b&tags[]=a']) {
      const body = new URLSearchParams(`${new URLSearchParams(aTicket).toString()}&${tags}`);
      expect((await api.send('POST', '/ticket', { body })).body).toMatchObject({ tags: ['a', 'b'] });
    }
    const body = new URLSearchParams({ ...aTicket, 'tags[]': '' });
    expect((await api.send('POST', '/ticket', { body })).body).toMatchObject({ tags: [] });
  });

  it('takes keys of metadata that JavaScript uses itself', async () => {
    const text = `{"metadata": {"constructor": "a", "__proto__": "b", "toString": "c", "gone": null}`;
    const rest = JSON.stringify(aTicket).slice(1);
    const body = `${text}, ${rest}`;
    const { status, body: created } = await api.send<object>('POST', '/ticket', {
      ...{ body, headers: { 'content-type': 'application/json' } },
    });
    expect(status).toBe(201);
    const shown = JSON.stringify(created);
    expect(shown).toContain('"constructor":"a"');
    expect(shown).toContain('"__proto__":"b"');
    expect(shown).not.toContain('gone');
  });

  it.each<[string, Fields]>([
    ['external_id', { external_id: '' }],
    ['external_id', { external_id: 'x'.repeat(256) }],
    ['assignee', { assignee: ' ' }],
    ['priority', { priority: 'highest' }],
    ['tags', { tags: ['Upper'] }],
    ['tags', { tags: ['-'] }],
    ['tags', { tags: ['a'.repeat(51)] }],
    ['tags', { tags: [''] }],
    ['tags', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }],
    ['tags', { tags: { a: 'b' } }],
    ['metadata', { metadata: 'a' }],
    ['metadata', { metadata: ['a'] }],
    ['metadata', { metadata: { 'a b': 'c' } }],
    ['metadata', { metadata: { [`k${'x'.repeat(40)}`]: 'c' } }],
    ['metadata', { metadata: { a: 5 } }],
    ['metadata', { metadata: { a: 'x'.repeat(501) } }],
    ['metadata', { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v'])) }],
    ['due_at', { due_at: 'tomorrow' }],
    ['due_at', { due_at: '9999-12-31T23:59:59-23:59' }],
    ['follows', { follows: 0 }],
    ['follows', { follows: 999_999 }],
    ['status', { status: 'closed' }],
    ['version', { version: 7 }],
  ])('rejects an invalid %s: %j', async (field, fields) => {
    const response = await create(fields);
    expect([response.status, fieldsIn(response)]).toEqual([400, [field]]);
  });

  it('rejects an external_id that another ticket has, and names the ticket', async () => {
    const external_id = newId();
    const { id } = (await create({ external_id })).body;
    const { status, problem } = await create({ external_id });
    expect(status).toBe(409);
    expect(problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:external-id-taken',
      ticket_id: id,
    });
  });

  it('creates one ticket of 32 at once with the same external_id, and those beside it', async () => {
    const external_id = newId();
    const responses = await times(64, (n) => create(n % 2 ? { external_id } : {}, replica(n >> 1)));
    const same = responses.filter((_, n) => n % 2);
    expect(count(responses, 201)).toBe(33);
    expect(count(same, 409)).toBe(31);
    const id = same.find(({ status }) => status === 201)?.body.id;
    for (const { problem } of same.filter(({ status }) => status === 409)) expect(problem.ticket_id).toBe(id);
  });

  it('creates each external_id once if two replicas send them in crossed orders', async () => {
    const ids = Array.from({ length: 100 }, newId);
    const responses = await Promise.all([
      ...ids.map((external_id) => create({ external_id }, replica(0))),
      ...ids.toReversed().map((external_id) => create({ external_id }, replica(1))),
    ]);
    expect([count(responses, 201), count(responses, 409)]).toEqual([100, 100]);
  });

  it('does not let others wait for one whose external_id an unfinished transaction has', async () => {
    const external_id = newId();
    const insert = `INSERT INTO ticket (theme, text, email, external_id) VALUES ('a', 'a', 'a@b.co', '${external_id}')`;
    const end = await holdTransaction(stores().database, insert);
    let isBlocked = false;
    const sendUntilBlocked = async () => {
      // On a slow machine its time limit may pass before it is seen to wait.
      for (;;) {
        const response = await create({ external_id });
        if (isBlocked) return response;
      }
    };
    const waiting = sendUntilBlocked();
    await waitForBlockedSessions(stores().database, 1);
    isBlocked = true;
    const begin = performance.now();
    expect((await create({})).status).toBe(201);
    expect(performance.now() - begin).toBeLessThan(500);
    await end();
    // On a slow machine its time limit may have passed before.
    expect([201, 503]).toContain((await waiting).status);
    expect([201, 409]).toContain((await create({ external_id })).status);
  });

  it('creates a ticket once for an Idempotency-Key, whose repetition is no conflict of its external_id', async () => {
    const send = () => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'of-a-creation' };
      const body = JSON.stringify({ ...aTicket, external_id: 'shop of a key' });
      return api.send<{ id: number }>('POST', '/ticket', { body, headers });
    };
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });
});
