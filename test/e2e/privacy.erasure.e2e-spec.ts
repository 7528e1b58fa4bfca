import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '@redis/client';
import pg from 'pg';

import { Api, aTicket, type Comment, json, type Ticket, times } from '../support/api.js';
import { dump, eraseWithKills } from '../support/checker/erasure-trial.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { token } from '../support/tokens.js';

interface Erasure {
  id: number;
  state: string;
  tickets: number;
  comments: number;
}

const address = 'Erase.Me@example.com';
const secret = 'a secret of the requester';
const aTicketOf = (email: string, text = 'Nothing private') => ({ theme: text, text, email });
const keyed = (key: string, body: object) => {
  const init = json(JSON.stringify(body));
  return { ...init, headers: { ...(init.headers as Record<string, string>), 'Idempotency-Key': key } };
};

const isClean = (text: string) =>
  !text.toLowerCase().includes(address.toLowerCase()) && !text.includes(secret);

/** Two replicas, the second one with authentication. */
let first: ServiceWithStores;
let second: ServiceWithStores;
/** Clients of the first, and of the second with these scopes. */
let api: Api;
let writer: Api;
let eraser: Api;

beforeAll(async () => {
  first = await Service.start();
  second = await Service.start({ stores: first.stores, environment: { AUTH_REQUIRED: 'true' } });
  api = new Api(first.url);
  writer = new Api(second.url, await token());
  eraser = new Api(second.url, await token({ scope: 'tickets:write tickets:erase' }));
});

afterAll(async () => {
  expect(await Promise.all([first, second].map((service) => service.stop()))).toEqual([0, 0]);
});

describe('A redaction', () => {
  it('replaces the text of a comment once, with one version and one event', async () => {
    const { id } = (await writer.createTicket()).body;
    const comment = (await writer.comment(id, { text: 'my password', email: 'ada@example.com' })).body;
    await writer.comment(id);
    await writer.ticket(id);
    const path = `/ticket/${id}/comment/${comment.id}/redaction`;
    const stale = { headers: { 'If-Match': '"1"' } };
    expect((await writer.send('PUT', path, stale)).status).toBe(412);
    const { status, body } = await writer.send<Comment>('PUT', path);
    expect([status, body.text, body.email]).toEqual([200, '[redacted]', 'ada@example.com']);
    expect(body.redacted_at).not.toBeNull();
    expect((await writer.send<Comment>('PUT', path)).body).toEqual(body);
    const ticket = (await writer.ticket(id)).body;
    expect([ticket.version, ticket.comments[0]?.text, ticket.comments[1]?.redacted_at]).toEqual([
      ...[4, '[redacted]', null],
    ]);
    await eventually(async () => (await writer.events('type=comment.redacted')).body.items.length === 1);
    expect((await writer.events('type=comment.redacted')).body.items[0]?.data).toMatchObject({
      ...{ ticket_id: id, version: 4, comment_ids: [comment.id], visibility: 'public' },
    });
    expect((await writer.send('PUT', `/ticket/${id}/comment/${comment.id + 99}/redaction`)).status).toBe(404);
  });

  it('replaces theme and text of a ticket, and the stored answer goes', async () => {
    const headers = { 'Idempotency-Key': 'redacted', 'Content-Type': 'application/json' };
    const create = () => writer.send<Ticket>('POST', '/ticket', { headers, body: JSON.stringify(aTicket) });
    const { id } = (await create()).body;
    const redact = () => writer.send<Ticket>('PUT', `/ticket/${id}/redaction`);
    expect((await redact()).body).toMatchObject({ theme: '[redacted]', text: '[redacted]', version: 2 });
    expect((await redact()).body.version).toBe(2);
    expect((await create()).problem.type).toBe('urn:problem-type:ticket-system:answer-erased');
    const { items } = (await writer.send<{ items: object[] }>('GET', `/ticket/${id}/history`)).body;
    expect(items).toMatchObject([{ type: 'ticket.created' }, { type: 'ticket.redacted', version: 2 }]);
  });

  it('needs tickets:erase for closed tickets too', async () => {
    const { id } = (await writer.createTicket()).body;
    await writer.updateStatus(id, 'closed');
    expect((await writer.send('PUT', `/ticket/${id}/redaction`)).status).toBe(403);
    expect((await eraser.send('PUT', `/ticket/${id}/redaction`)).status).toBe(200);
    expect(
      (
        await writer.send('POST', '/erasure', {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ email: 'ada@example.com', mode: 'redact' }),
        })
      ).status,
    ).toBe(403);
  });
});

describe('An erasure', () => {
  let database: pg.Client;

  beforeAll(async () => {
    database = await connect(first.stores.database);
  });

  afterAll(async () => {
    await database.end();
  });

  const erase = async (mode: string, email = address.toUpperCase()) =>
    (await api.send<Erasure>('POST', '/erasure', json(JSON.stringify({ email, mode })))).body;

  const done = async (id: number) => {
    const read = async () => (await eraser.send<Erasure>('GET', `/erasure/${id}`)).body;
    await eventually(async () => (await read()).state === 'done');
    return read();
  };

  async function fill(prefix: string) {
    const create = (n: number) =>
      api.send<{ id: number }>(
        'POST',
        '/ticket',
        keyed(`${prefix}${n}`, {
          ...aTicketOf(address, secret),
          external_id: `${prefix}${n}`,
          metadata: { note: secret },
          tags: ['vip'],
        }),
      );
    const ids = await times(3, async (n) => (await create(n)).body.id);
    for (const id of ids)
      await api.comment(id, { text: secret, email: 'team@example.com', visibility: 'internal' });
    const other = (await api.createTicket(aTicketOf('other@example.com'))).body.id;
    for (const visibility of ['public', 'internal'])
      await api.send(
        'POST',
        `/ticket/${other}/comment`,
        keyed(`${prefix}c${visibility}`, { text: secret, email: address, visibility }),
      );
    const moved = await api.send<{ id: number }>(
      'POST',
      '/ticket',
      keyed(`${prefix}moved`, aTicketOf(address)),
    );
    await api.patch(moved.body.id, { email: 'moved@example.com' });
    await api.send(
      'POST',
      `/ticket/${ids[0]}/attachment`,
      json(JSON.stringify({ name: `${secret}.txt`, content_type: 'text/plain', size: 1 })),
    );
    await database.query(
      `INSERT INTO webhook_delivery (webhook_id, number, ticket_id, state, attempts)
       VALUES (1, $1, $2, 'failed', $3)`,
      [ids[0], ids[0], JSON.stringify([{ at: '2026-01-01T00:00:00.000Z', status: 500, answer: secret }])],
    );
    for (const id of [...ids, other]) for (const replica of [api, writer]) await replica.ticket(id);
    return { ids, other, first: () => create(0) };
  }

  it('redacts what the address wrote, everywhere, with an event of each ticket', async () => {
    const { ids, other, first: retry } = await fill('redact');
    const redis = await createClient({ url: first.stores.redisUrl }).connect();
    await redis.set(`${first.stores.database}:ticket:old@1:7:1`, `E"1"\n${secret}`, { EX: 300 });
    await redis.disconnect();
    expect(isClean(await dump(first.stores))).toBe(false);
    const { id, state } = await erase('redact');
    expect(state).toBe('pending');
    expect(await done(id)).toMatchObject({ tickets: 3, comments: 2, mode: 'redact' });
    expect((await dump(first.stores)).split('\n').filter((line) => !isClean(line))).toEqual([]);
    expect((await api.ticket(ids[0] ?? 0)).body).toMatchObject({
      ...{ theme: '[erased]', text: '[erased]', email: '[erased]', external_id: null, metadata: {} },
      ...{ tags: ['vip'], version: 3, comments: [{ text: '[erased]', email: '[erased]' }] },
    });
    expect((await api.ticket(other)).body).toMatchObject({
      text: 'Nothing private',
      version: 5,
      comment_count: 2,
    });
    const repeated = await retry();
    expect(repeated.status).toBe(410);
    await eventually(async () => (await api.events('type=requester.erased')).body.items.length === 1);
    const { items } = (await api.events('')).body;
    const typesOf = (ticket: number) =>
      items.filter(({ data }) => data.ticket_id === ticket).map(({ type }) => type);
    expect(typesOf(ids[1] ?? 0)).toEqual(['ticket.created', 'comment.added', 'ticket.redacted']);
    expect(typesOf(other).slice(3)).toEqual(['comment.redacted', 'comment.redacted']);
    expect(items.find(({ type }) => type === 'requester.erased')).toMatchObject({
      ...{ source: '/erasure', subject: String(id), data: { actor: null, erasure_id: id, mode: 'redact' } },
    });
  });

  it('deletes the tickets in the other mode; they return 410', async () => {
    const { ids, other } = await fill('delete');
    const { id } = await erase('delete');
    expect(await done(id)).toMatchObject({ tickets: 3, comments: 2 });
    expect((await dump(first.stores)).split('\n').filter((line) => !isClean(line))).toEqual([]);
    for (const ticket of ids) expect((await api.ticket(ticket)).status).toBe(410);
    expect((await api.ticket(other)).status).toBe(200);
    const { rows } = await database.query(
      `SELECT data->>'reason' AS reason FROM event WHERE type = 'ticket.deleted' AND ticket_id = ANY ($1)`,
      [ids],
    );
    expect(rows).toEqual(ids.map(() => ({ reason: 'erased' })));
  });

  it('goes on after SIGKILL at any moment, with writers on the same tickets', async () => {
    const { erasure, kills, leftOver, events } = await eraseWithKills({ tickets: 1_000, kills: 1 });
    expect(kills).toBe(1);
    expect(erasure).toMatchObject({ state: 'done', tickets: 1_000 });
    expect(leftOver).toEqual([]);
    expect(events).toEqual({ count: 1_000, tickets: 1_000 });
  });

  it('takes JSON only, and refuses what it does not know', async () => {
    const form = new URLSearchParams({ email: address, mode: 'redact' });
    expect((await api.send('POST', '/erasure', { body: form })).status).toBe(415);
    const post = (body: object) => api.send('POST', '/erasure', json(JSON.stringify(body)));
    expect((await post({ email: 'nobody', mode: 'redact' })).status).toBe(400);
    expect((await post({ email: address, mode: 'forget' })).status).toBe(400);
    expect((await api.send('GET', '/erasure/999999')).status).toBe(404);
  });
});
