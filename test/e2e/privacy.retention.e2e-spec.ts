import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';

import { aTicket, Api, json, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';

const environment = { TICKETS_RETENTION_DAYS: '30', AUTO_CLOSE_DAYS: '7' };
const keyed = (key: string) => {
  const init = json(JSON.stringify(aTicket));
  return { ...init, headers: { ...(init.headers as Record<string, string>), 'Idempotency-Key': key } };
};

describe('Retention and auto-close', () => {
  let first: ServiceWithStores;
  let replicas: ServiceWithStores[];
  let database: pg.Client;
  let api: Api;
  let old: number[];
  let kept: number;
  let idle: number[];
  let busy: number;

  beforeAll(async () => {
    first = await Service.start();
    const before = new Api(first.url);
    database = await connect(first.stores.database);
    old = await times(250, async () => (await before.createTicket()).body.id);
    old.push((await before.send<{ id: number }>('POST', '/ticket', keyed('creation'))).body.id);
    kept = (await before.createTicket()).body.id;
    for (const id of [...old.slice(0, 2), kept]) await before.comment(id);
    for (const id of [...old, kept]) await before.updateStatus(id, 'closed');
    idle = await times(120, async () => (await before.createTicket()).body.id);
    busy = (await before.createTicket()).body.id;
    for (const id of [...idle, busy]) await before.updateStatus(id, 'answered');
    const backdate = (days: number, ids: number[]) =>
      database.query(
        `UPDATE ticket SET updated_at = now() - make_interval(days => $1),
           closed_at = CASE WHEN closed_at IS NOT NULL THEN now() - make_interval(days => $1) END
         WHERE id = ANY ($2)`,
        [days, ids],
      );
    await backdate(31, old);
    await backdate(29, [kept]);
    await backdate(8, idle);
    await backdate(6, [busy]);
    await first.stop();
    // Both replicas find the same work at the same time.
    replicas = await Promise.all([1, 2].map(() => Service.start({ stores: first.stores, environment })));
    api = new Api(replicas[0]?.url ?? '');
    await eventually(async () => {
      const { rows } = await database.query<{ left: number }>(
        `SELECT count(*)::integer AS left FROM ticket WHERE id = ANY ($1) OR id = ANY ($2) AND status = 'answered'`,
        [old, idle],
      );
      return rows[0]?.left === 0;
    });
  });

  afterAll(async () => {
    await database.end();
    expect(await Promise.all(replicas.map((replica) => replica.stop()))).toEqual([0, 0]);
  });

  it('delete each ticket once that was closed longer ago, with its comments, and no other', async () => {
    const { rows } = await database.query(
      `SELECT data->>'reason' AS reason, actor, count(*)::integer, count(DISTINCT ticket_id)::integer AS tickets
       FROM event WHERE type = 'ticket.deleted' GROUP BY 1, 2`,
    );
    expect(rows).toEqual([{ reason: 'retention', actor: 'system', count: old.length, tickets: old.length }]);
    const comments = await database.query<{ ticket_id: number }>(
      `SELECT DISTINCT ticket_id::integer FROM comment`,
    );
    expect(comments.rows.map(({ ticket_id }) => ticket_id)).toEqual([kept]);
    expect((await api.ticket(kept)).status).toBe(200);
  });

  it('make every route of a deleted ticket return 410, and keep its events in the feed', async () => {
    const id = old[0] ?? 0;
    const requests: [string, string, object?][] = [
      ['GET', ''],
      ['GET', '/history'],
      ['GET', '/comment'],
      ['GET', '/comment/1'],
      ['GET', '/attachment'],
      ['PATCH', '', { theme: 'Later' }],
      ['PUT', '', { status: 'answered' }],
      ['POST', '/comment', { text: 'Late', email: 'ada@example.com' }],
      ['PUT', '/redaction'],
      ['PUT', '/comment/1/redaction'],
      ['PUT', '/tag/vip'],
    ];
    for (const [method, path, body] of requests) {
      const response = await api.send(method, `/ticket/${id}${path}`, body && json(JSON.stringify(body)));
      expect([path, response.status, response.problem.type]).toEqual([
        ...[path, 410, 'urn:problem-type:ticket-system:ticket-deleted'],
      ]);
    }
    expect((await api.ticket(999_999)).status).toBe(404);
    const readEvents = async () => (await api.events(`ticket_id=${id}`)).body.items;
    await eventually(async () => (await readEvents()).length === 4);
    const events = await readEvents();
    expect(events.map(({ type }) => type)).toEqual([
      ...['ticket.created', 'comment.added', 'ticket.status_changed', 'ticket.deleted'],
    ]);
    expect(events.at(-1)?.data).toMatchObject({ ticket_id: id, version: 4, reason: 'retention' });
    const after = (await api.events(`ticket_id=${id}&after=${events[2]?.id ?? ''}`)).body.items;
    expect(after.map(({ type }) => type)).toEqual(['ticket.deleted']);
  });

  it('leave nothing of a stored answer: a repeated creation returns 410 and creates no ticket', async () => {
    const repeated = await api.send('POST', '/ticket', keyed('creation'));
    expect([repeated.status, repeated.problem.type]).toEqual([
      ...[410, 'urn:problem-type:ticket-system:answer-erased'],
    ]);
  });

  it('close each ticket once that has been answered for long, and no other', async () => {
    const { rows } = await database.query(
      `SELECT count(*)::integer, count(DISTINCT ticket_id)::integer AS tickets FROM event
       WHERE type = 'ticket.status_changed' AND actor = 'system' AND data->>'to' = 'closed'`,
    );
    expect(rows).toEqual([{ count: idle.length, tickets: idle.length }]);
    expect((await api.ticket(idle[0] ?? 0)).body).toMatchObject({ status: 'closed', version: 3 });
    expect((await api.ticket(busy)).body.status).toBe('answered');
  });
});
