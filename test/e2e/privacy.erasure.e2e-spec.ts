import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '@redis/client';
import type pg from 'pg';

import { Api, json, times } from '../support/api.js';
import { dump, eraseWithKills } from '../support/checker/erasure-trial.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';

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

describe('An erasure', () => {
  let first: ServiceWithStores;
  let second: ServiceWithStores;
  let database: pg.Client;
  let api: Api;

  beforeAll(async () => {
    first = await Service.start();
    second = await Service.start({ stores: first.stores });
    api = new Api(() => first.url);
    database = await connect(first.stores.database);
  });

  afterAll(async () => {
    await database.end();
    expect(await Promise.all([first, second].map((service) => service.stop()))).toEqual([0, 0]);
  });

  const erase = async (mode: string, email = address.toUpperCase()) =>
    (await api.send<Erasure>('POST', '/erasure', json(JSON.stringify({ email, mode })))).body;

  const done = async (id: number) => {
    const read = async () => (await new Api(second.url).send<Erasure>('GET', `/erasure/${id}`)).body;
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
    for (const id of [...ids, other])
      for (const url of [first.url, second.url]) await new Api(url).ticket(id);
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
