import { describe, expect, it } from '@jest/globals';

import { encode, type Api } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { sharedDeskOfTwo } from '../support/requesters.js';

const { desk, team, ada, bob } = await sharedDeskOfTwo();

const own = { theme: 'Invoice', text: 'Twice.', email: 'Ada@Example.com' };
const hidden = ['assignee', 'priority', 'tags', 'metadata', 'external_id', 'due_at'];

describe('A token with tickets:own', () => {
  it('creates and reads tickets of its address in any case, without the fields of the team', async () => {
    const { status, body, headers } = await ada.createTicket(own);
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1-r"');
    const read = await ada.ticket(body.id);
    expect(read.status).toBe(200);
    expect(read.headers.get('x-cache')).toBe('BYPASS');
    const { body: list } = await ada.send<{ items: object[] }>('GET', '/ticket');
    for (const shown of [body, read.body, ...list.items])
      for (const field of hidden) expect(shown).not.toHaveProperty(field);
    expect((await team.ticket(body.id)).body).toMatchObject({ priority: 'normal', tags: [] });
    expect((await ada.ticket(body.id, { 'if-none-match': '"1-r"' })).status).toBe(304);
    expect((await ada.ticket(body.id, { 'if-none-match': '"1"' })).status).toBe(200);
  });

  it.each([
    ['another address', { email: 'bob@example.com' }],
    ['an assignee', { assignee: 'ada' }],
    ['a priority', { priority: 'urgent' }],
    ['tags', { tags: ['vip'] }],
    ['metadata', { metadata: { a: 'b' } }],
    ['an external id', { external_id: 'INV-1' }],
    ['due_at', { due_at: '2030-01-01T00:00:00Z' }],
  ])('creates no ticket with %s', async (_case, fields) => {
    const { status, problem } = await ada.createTicket({ ...own, ...fields });
    expect(status).toBe(403);
    expect(problem).toMatchObject({ field: Object.keys(fields)[0] });
  });

  it('makes only transitions to awaited and closed, with either entity tag', async () => {
    const { id } = (await ada.createTicket(own)).body;
    expect((await ada.updateStatus(id, 'answered')).status).toBe(403);
    await team.updateStatus(id, 'answered');
    expect((await ada.updateStatus(id, 'awaited')).status).toBe(200);
    const close = (tag: string) => {
      const { body, headers } = encode({ status: 'closed' }, 'JSON');
      return ada.send('PUT', `/ticket/${id}`, {
        ...(body && { body }),
        headers: { ...(headers as object), 'if-match': tag },
      });
    };
    expect((await close('"2-r"')).status).toBe(412);
    expect((await close('"3-r"')).status).toBe(200);
  });

  it('comments in its own name, in public', async () => {
    const { id } = (await ada.createTicket(own)).body;
    const added = await ada.comment(id, { text: 'Mine.', email: 'ada@example.com' });
    expect(added).toMatchObject({ status: 201, body: { author: 'requester', visibility: 'public' } });
    expect((await ada.comment(id, { text: 'Not mine.', email: 'bob@example.com' })).status).toBe(403);
    const internal = { text: 'Hidden.', email: 'ada@example.com', visibility: 'internal' };
    expect((await ada.comment(id, internal)).status).toBe(403);
  });

  it('follows only tickets of its address', async () => {
    const { id } = (await bob.createTicket({ ...own, email: 'bob@example.com' })).body;
    const foreign = await ada.createTicket({ ...own, follows: id });
    const unknown = await ada.createTicket({ ...own, follows: 7_999_999 });
    expect([foreign.status, unknown.status]).toEqual([400, 400]);
    expect(foreign.problem).toMatchObject({ detail: unknown.problem.detail });
    const { id: mine } = (await ada.createTicket(own)).body;
    expect((await ada.createTicket({ ...own, follows: mine })).status).toBe(201);
  });

  it('gets no stored answer of a token of the team with the same subject', async () => {
    const both = { sub: 'one subject', email: 'ada@example.com' };
    const asTeam = await desk.client(both);
    const asRequester = await desk.requester('ada@example.com', both);
    const { body, headers } = encode(own, 'JSON');
    const init = { body: body ?? '', headers: { ...(headers as object), 'idempotency-key': 'shared' } };
    expect((await asTeam.send('POST', '/ticket', init)).status).toBe(201);
    expect((await asRequester.send('POST', '/ticket', init)).status).toBe(422);
    const asMoved = await desk.requester('dora@example.com', { ...both, email: 'dora@example.com' });
    const ofDora = encode({ ...own, email: 'dora@example.com' }, 'JSON').body ?? '';
    expect((await asMoved.send('POST', '/ticket', { ...init, body: ofDora })).status).toBe(422);
  });

  it('needs a verified address', async () => {
    const statusOf = async (claims: object) =>
      (await (await desk.requester('', claims)).send('GET', '/ticket')).status;
    expect(await statusOf({})).toBe(403);
    expect(await statusOf({ email: 'no address' })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: false })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: 'false' })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: true })).toBe(200);
  });

  it.each([
    [['ada@example.com']],
    [{ address: 'ada@example.com' }],
    [7],
    [''],
    ['[erased]'],
    [' ada@example.com'],
    ['Ada <ada@example.com>'],
    ['ada@example.com,bob@example.com'],
    ['ada@example.com\u0000'],
    ['ada\u200b@example.com'],
    ['\ud800@example.com'],
    [`${'a'.repeat(250)}@example.com`],
  ])('takes no address from the claim %j', async (email) => {
    const api = await desk.client({ scope: 'tickets:own', sub: 'odd', email: email as string });
    for (const path of ['/ticket', '/events', '/ticket/count', '/ticket/1'])
      expect((await api.send('GET', path)).status).toBe(403);
  });

  it('is the team’s with tickets:read too', async () => {
    const { id } = (await bob.createTicket({ ...own, email: 'bob@example.com' })).body;
    const both = await desk.requester('ada@example.com', { scope: 'tickets:own tickets:read' });
    expect((await both.ticket(id)).body).toHaveProperty('priority');
    expect((await both.createTicket(own)).status).toBe(403);
  });
});

describe('Attachments of a requester', () => {
  const bytes = 'It lists the same item twice.\n';
  const of = (api: Api, id: number) => new Attachments(api, id);

  it('are added, listed, downloaded and removed; those of the team are only read', async () => {
    const id = await desk.create(ada, 'ada@example.com');
    const own = await of(ada, id).attach(bytes);
    expect(own).toMatchObject({ author: 'requester', visibility: 'public', state: 'complete' });
    const ofTeam = await of(team, id).attach(bytes);
    await of(team, id).attach(bytes, { visibility: 'internal' });
    const pending = (await of(team, id).create(bytes)).body;
    expect((await of(ada, id).list()).body.items.map((each) => each.id)).toEqual([own.id, ofTeam.id]);
    expect(await (await of(ada, id).download(ofTeam.id)).text()).toBe(bytes);
    expect((await of(ada, id).complete(pending.id)).status).toBe(404);
    expect((await of(ada, id).remove(pending.id)).status).toBe(404);
    expect((await of(ada, id).remove(ofTeam.id)).status).toBe(403);
    expect((await of(ada, id).remove(own.id)).status).toBe(200);
    const { items } = await desk.history(ada, id);
    expect(items.map(({ type, actor }) => `${type} by ${actor}`)).toEqual([
      'ticket.created by requester',
      'attachment.added by requester',
      'attachment.added by team',
      'attachment.removed by requester',
    ]);
  });

  it('are public, and belong to no internal comment', async () => {
    const id = await desk.create(ada, 'ada@example.com');
    const note = { text: 'Hidden.', email: 'desk@example.com', visibility: 'internal' };
    const { id: hidden } = (await team.comment(id, note)).body;
    expect((await of(ada, id).create(bytes, { visibility: 'internal' })).status).toBe(403);
    const answer = await of(ada, id).create(bytes, { comment_id: hidden });
    expect(answer.status).toBe(400);
    const { problem } = await of(ada, id).create(bytes, { comment_id: 7_999_999 });
    expect(answer.problem.errors).toEqual(problem.errors);
  });
});
