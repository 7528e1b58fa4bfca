import { describe, expect, it } from '@jest/globals';

import { encode, json, type Api } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { sharedDeskOfTwo } from '../support/requesters.js';

const { desk, team, ada, bob } = await sharedDeskOfTwo();

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
