import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, encode } from '../support/api.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

let service: ServiceWithStores;
let team: Api;
let ada: Api;
let bob: Api;

/** Returns a client with the scope tickets:own for an address. */
const requester = async (email: string, claims: object = {}) =>
  new Api(service.url, await token({ scope: 'tickets:own', sub: `user of ${email}`, email, ...claims }));

beforeAll(async () => {
  service = await Service.start({ environment: { AUTH_REQUIRED: 'true' } });
  team = new Api(service.url, await token());
  ada = await requester('ada@example.com');
  bob = await requester('bob@example.com');
});

afterAll(async () => {
  await service.stop();
});

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
    const unknown = await ada.createTicket({ ...own, follows: 999_999 });
    expect([foreign.status, unknown.status]).toEqual([400, 400]);
    expect(foreign.problem).toMatchObject({ detail: unknown.problem.detail });
    const { id: mine } = (await ada.createTicket(own)).body;
    expect((await ada.createTicket({ ...own, follows: mine })).status).toBe(201);
  });

  it('gets no stored answer of a token of the team with the same subject', async () => {
    const both = { sub: 'one subject', email: 'ada@example.com' };
    const asTeam = new Api(service.url, await token(both));
    const asRequester = await requester('ada@example.com', both);
    const { body, headers } = encode(own, 'JSON');
    const init = { body: body ?? '', headers: { ...(headers as object), 'idempotency-key': 'shared' } };
    expect((await asTeam.send('POST', '/ticket', init)).status).toBe(201);
    expect((await asRequester.send('POST', '/ticket', init)).status).toBe(422);
  });

  it('needs a verified address', async () => {
    const statusOf = async (claims: object) =>
      (await (await requester('', claims)).send('GET', '/ticket')).status;
    expect(await statusOf({})).toBe(403);
    expect(await statusOf({ email: 'no address' })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: false })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: 'false' })).toBe(403);
    expect(await statusOf({ email: 'ada@example.com', email_verified: true })).toBe(200);
  });

  it('is the team’s with tickets:read too', async () => {
    const { id } = (await bob.createTicket({ ...own, email: 'bob@example.com' })).body;
    const both = await requester('ada@example.com', { scope: 'tickets:own tickets:read' });
    expect((await both.ticket(id)).body).toHaveProperty('priority');
    expect((await both.createTicket(own)).status).toBe(403);
  });
});

describe('Of a ticket of another requester', () => {
  it('every operation answers as for an id that does not exist, and changes nothing', async () => {
    const { id } = (await ada.createTicket(own)).body;
    const { id: comment } = (await ada.comment(id, { text: 'Mine.', email: own.email })).body;
    const calls = (ticket: number) =>
      [
        ['GET', `/ticket/${ticket}`, undefined],
        ['GET', `/ticket/${ticket}/comment`, undefined],
        ['GET', `/ticket/${ticket}/comment/${comment}`, undefined],
        ['PUT', `/ticket/${ticket}`, { status: 'closed' }],
        ['POST', `/ticket/${ticket}/comment`, { text: 'Mine too.', email: 'bob@example.com' }],
      ] as const;
    for (const key of [undefined, 'a key of bob']) {
      const answers = async (ticket: number) => {
        const responses = [];
        for (const [n, [method, path, fields]] of calls(ticket).entries()) {
          const { body, headers } = fields ? encode(fields, 'JSON') : {};
          const extra =
            key && fields ? { 'idempotency-key': `${key} ${ticket} ${n}`.replaceAll(' ', '-') } : {};
          const sent = { ...(body && { body }), headers: { ...(headers as object), ...extra } };
          const { status, problem } = await bob.send(method, path, sent);
          const { type, title, detail } = problem;
          responses.push({ status, type, title, detail: detail.replaceAll(String(ticket), 'N') });
        }
        return responses;
      };
      const foreign = await answers(id);
      expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
      expect(foreign).toEqual(await answers(999_999));
    }
    expect((await team.ticket(id)).body).toMatchObject({ status: 'opened', version: 2 });
  });
});

describe('Whatever a requester reads', () => {
  it('has nothing of others, and nothing internal', async () => {
    const names = ['carl', 'dora', 'emil'];
    const tickets: { id: number; name: string }[] = [];
    for (const name of [...names, ...names]) {
      const email = `${name}@example.com`;
      const fields = { theme: `secret of ${name}`, text: `secret of ${name}`, email };
      const { id } = (await team.createTicket({ ...fields, assignee: 'hidden agent', tags: ['hidden-tag'] }))
        .body;
      await team.comment(id, { text: `secret of ${name}`, email });
      await team.comment(id, { text: 'hidden note', email: 'desk@example.com', visibility: 'internal' });
      tickets.push({ id, name });
    }
    const ids = tickets.map(({ id }) => id);
    const queries = ['', '?limit=1', '?sort=updated_at', '?status=opened'];
    const paths = [
      ...queries.map((query) => `/ticket${query}`),
      ...names.map((name) => `/ticket?email=${name}@example.com`),
      ...ids.flatMap((id) => [
        `/ticket/${id}`,
        `/ticket/${id}/comment`,
        `/ticket/${id}/comment?visibility=internal`,
      ]),
      ...ids.map((id) => `/ticket/${id}/comment?sort=-created_at`),
    ];
    for (const name of names) {
      const api = await requester(`${name}@example.com`);
      const others = names.filter((other) => other !== name);
      let seen = 0;
      for (const path of paths) {
        const { status, body, headers } = await api.send('GET', path);
        const text = JSON.stringify([body, [...headers]]);
        expect([200, 404]).toContain(status);
        for (const leak of [...others.map((other) => `secret of ${other}`), 'hidden'])
          expect({ path, text: text.includes(leak) }).toEqual({ path, text: false });
        if (text.includes(`secret of ${name}`)) seen++;
      }
      // Both tickets, by five lists, by their id and by the comments in two orders.
      expect(seen).toBe(5 + 2 * 3);
      const [first] = tickets.filter((ticket) => ticket.name === name);
      expect((await api.ticket(first?.id ?? 0)).body).toMatchObject({ comment_count: 1 });
    }
  });
});
