import { describe, expect, it } from '@jest/globals';

import { type Api, encode, json } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { sharedDeskOfTwo } from '../support/requesters.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';

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

const bytes = 'It lists the same item twice.\n';
const unknown = 7_999_999;
const attachments = (api: Api, id: number) => new Attachments(api, id);

/** Every operation on a ticket that a requester may call: method, path and body. */
const operations = (id: number, comment: number, attachment: number) =>
  [
    ['GET', `/ticket/${id}`],
    ['PUT', `/ticket/${id}`, { status: 'closed' }],
    ['GET', `/ticket/${id}/history`],
    ['GET', `/ticket/${id}/comment`],
    ['POST', `/ticket/${id}/comment`, { text: 'Mine too.', email: 'bob@example.com' }],
    ['GET', `/ticket/${id}/comment/${comment}`],
    ['GET', `/ticket/${id}/attachment`],
    ['POST', `/ticket/${id}/attachment`, { name: 'a', content_type: 'text/plain', size: 1 }],
    ['GET', `/ticket/${id}/attachment/${attachment}`],
    ['GET', `/ticket/${id}/attachment/${attachment}/content`],
    ['POST', `/ticket/${id}/attachment/${attachment}/complete`],
    ['DELETE', `/ticket/${id}/attachment/${attachment}`],
  ] as const;

async function send(api: Api, [method, path, fields]: ReturnType<typeof operations>[number], headers = {}) {
  const init = fields ? encode(fields, 'JSON') : {};
  return api.send(method, path, {
    ...init,
    headers: { ...(init.headers as object), 'x-request-id': 'fixed', ...headers },
  });
}

/** A ticket of Ada with a comment and an attachment. */
async function aTicketOfAda() {
  const id = await desk.create(ada, 'ada@example.com');
  const { id: comment } = (await team.comment(id)).body;
  const { id: attachment } = await attachments(team, id).attach(bytes);
  return { id, comment, attachment };
}

describe('A ticket of another', () => {
  it('is 404 with the body and the headers of an unknown one, and does not change', async () => {
    const { id, comment, attachment } = await aTicketOfAda();
    const { version } = (await team.ticket(id)).body;
    const answers = async (ticket: number, headers: object) => {
      const all = [];
      for (const call of operations(ticket, comment, attachment)) {
        const { status, body, headers: fields } = await send(bob, call, headers);
        const shown = JSON.stringify([body, [...fields].filter(([name]) => name !== 'date')]);
        all.push({ call: `${call[0]} ${call[1]}`, status, shown });
      }
      return JSON.parse(JSON.stringify(all).replaceAll(String(ticket), 'N')) as typeof all;
    };
    for (const headers of [
      {},
      { 'if-match': '"1"' },
      { 'if-none-match': '*' },
      { 'idempotency-key': 'bobs' },
    ]) {
      const foreign = await answers(id, headers);
      expect(foreign.map(({ call, status }) => [call, status])).toEqual(
        foreign.map(({ call }) => [call, 404]),
      );
      expect(foreign).toEqual(await answers(unknown, headers));
    }
    expect((await team.ticket(id)).body.version).toBe(version);
  });

  it('takes neither more nor less time than an unknown one', async () => {
    const { id, comment, attachment } = await aTicketOfAda();
    for (let n = 0; n < 20; n++) await team.comment(id);
    const unknowns = operations(unknown, comment, attachment);
    for (const [n, foreign] of operations(id, comment, attachment).entries()) {
      const timed = async (call = foreign) => {
        const start = performance.now();
        await send(bob, call);
        return performance.now() - start;
      };
      // The share of pairs does not depend on the load of the machine.
      let slower = 0;
      for (let pair = 0; pair < 30; pair++) {
        const isFirst = pair % 2 === 0;
        const first = await timed(isFirst ? foreign : unknowns[n]);
        const second = await timed(isFirst ? unknowns[n] : foreign);
        if (first > second === isFirst) slower++;
      }
      expect([foreign[1], slower > 2 && slower < 28]).toEqual([foreign[1], true]);
    }
  });

  it('does not delay a write that names it while it is locked', async () => {
    const { id } = await aTicketOfAda();
    const lock = await connect(desk.service.stores.database);
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [id]);
    let isWaiting = true;
    const ended = team.updateStatus(id, 'answered').then(() => (isWaiting = false));
    expect((await bob.updateStatus(id, 'closed')).status).toBe(404);
    expect(isWaiting).toBe(true);
    await lock.query('ROLLBACK');
    await lock.end();
    await ended;
  });

  it('is not shown as the one that an own ticket follows', async () => {
    const { id: earlier } = await aTicketOfAda();
    const id = await desk.create(team, 'bob@example.com', { follows: earlier });
    expect((await team.ticket(id)).body.follows).toBe(earlier);
    expect((await bob.ticket(id)).body.follows).toBeNull();
    const list = async (api: Api, path: string) =>
      (await api.send<{ items: object[] }>('GET', `/ticket${path}?follows=${earlier}`)).body;
    expect((await list(team, '')).items).toHaveLength(1);
    expect((await list(bob, '')).items).toEqual([]);
    expect(await list(bob, '/count')).toMatchObject({ count: 0 });
    expect((await bob.updateStatus(id, 'closed')).body.follows).toBeNull();
  });
});

describe('A ticket whose address changes', () => {
  it('belongs to the new requester, with all that is public, and to no other', async () => {
    const { id, comment, attachment } = await aTicketOfAda();
    const start = await desk.newestCursor();
    await team.patch(id, { email: 'BOB@example.com' });
    await desk.newestCursor();
    expect((await ada.events(`after=${start}`)).body.items).toEqual([]);
    expect((await bob.events(`after=${start}`)).body.items).toMatchObject([{ data: { changed: ['email'] } }]);
    expect((await desk.history(bob, id)).items).toHaveLength(4);
    for (const call of operations(id, comment, attachment).filter(([method]) => method === 'GET')) {
      expect([call[1], (await send(ada, call)).status]).toEqual([call[1], 404]);
      expect([call[1], (await send(bob, call, {})).status < 400]).toEqual([call[1], true]);
    }
  });

  it('is not taken by an address that only looks alike', async () => {
    const id = await desk.create(team, 'kate@example.com');
    // The Kelvin sign, a full-width letter, and a k with a combining mark.
    for (const email of ['\u212Aate@example.com', '\uFF4Bate@example.com', 'k\u0307ate@example.com']) {
      const other = await desk.requester(email);
      expect([email, (await other.ticket(id)).status]).toEqual([email, 404]);
      expect((await desk.history(other, id)).items).toBeUndefined();
      expect((await other.updateStatus(id, 'closed')).status).toBe(404);
      expect((await other.send<{ items: object[] }>('GET', '/ticket')).body.items).toEqual([]);
    }
    expect((await (await desk.requester('KATE@EXAMPLE.COM')).ticket(id)).status).toBe(200);
  });
});

describe('A ticket that was deleted', () => {
  it('is 410 for the team and 404 for its requester, like an unknown one', async () => {
    const dora = await desk.requester('dora@example.com');
    const id = await desk.create(dora, 'dora@example.com');
    await desk.create(team, 'dora@example.com', { follows: id });
    const eraser = await desk.client({ scope: 'tickets:erase' });
    const body = JSON.stringify({ email: 'dora@example.com', mode: 'delete' });
    const erasure = (await eraser.send<{ id: number }>('POST', '/erasure', json(body))).body.id;
    const stateOf = async () =>
      (await eraser.send<{ state: string }>('GET', `/erasure/${erasure}`)).body.state;
    await eventually(async () => (await stateOf()) === 'done');
    expect((await team.ticket(id)).status).toBe(410);
    for (const call of operations(id, 1, 1).filter(([, path]) => !path.includes('/comment')))
      expect([call[1], (await send(dora, call)).status]).toEqual([call[1], 404]);
    expect((await dora.events(`ticket_id=${id}`)).body.items).toEqual([]);
  });
});
