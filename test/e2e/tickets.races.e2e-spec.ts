import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type ApiResponse, Api, count, type Ticket, times, waitForRedis } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceOnStores } from '../support/service.js';

/** Two replicas, so that no decision can rest on the memory of one process. */
let services: [ServiceOnStores, ServiceOnStores];
let apis: [Api, Api];

beforeAll(async () => {
  const first = await Service.start();
  const second = await Service.start({ stores: first.stores });
  services = [first, second];
  apis = [new Api(first.url), new Api(second.url)];
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
});

/** Alternates between the clients of the two replicas. */
const api = (turn: number) => (turn % 2 === 0 ? apis[0] : apis[1]);

describe('A ticket with many concurrent writers', () => {
  it('lets exactly one of 32 racing transitions win', async () => {
    const { id } = (await api(0).createTicket()).body;
    const answers = await times(32, (turn) => api(turn).updateStatus(id, 'answered'));

    expect(count(answers, 200)).toBe(1);
    expect(count(answers, 409)).toBe(31);
    for (const { problem } of answers.filter(({ status }) => status === 409)) {
      expect(problem).toMatchObject({ current: 'answered', allowed: ['awaited', 'closed'] });
    }
  });

  it('decides each racing transition by the status it finds', async () => {
    const { id } = (await api(0).createTicket()).body;
    const transitions = ['answered', 'awaited', 'answered', 'awaited'];
    const answers = await times(64, async (turn) => {
      const to = transitions[turn % transitions.length] ?? '';
      return { to, ...(await api(turn).updateStatus(id, to)) };
    });

    for (const { status, to, problem } of answers) {
      expect([200, 409]).toContain(status);
      if (status === 409) expect(problem.allowed).not.toContain(to);
    }
  });

  it('accepts no comment after the close', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = (await api(0).createTicket()).body;
      const comments = times(16, (turn) => api(turn).comment(id));
      const [close, ...answers] = [await api(round).updateStatus(id, 'closed'), ...(await comments)];

      expect(close.status).toBe(200);
      expect(count(answers, 201) + count(answers, 409)).toBe(16);
      // The response of the close shows the earlier comments; no later one may exist.
      expect(close.body.comments).toHaveLength(close.body.comment_count);
      expect(close.body.comment_count).toBe(count(answers, 201));
      expect((await api(round).ticket(id)).body).toEqual(close.body);
    }
  });

  it('increments its version once for each of 64 racing changes', async () => {
    const { id } = (await api(0).createTicket()).body;
    const answers = await times<ApiResponse<unknown>>(64, (turn) =>
      turn % 4 === 0 ? api(turn).updateStatus(id, 'answered') : api(turn).comment(id),
    );
    const changes = answers.filter(({ status }) => status < 300).length;

    const database = await connect(services[0].stores.database);
    const { rows } = await database.query('SELECT version, comment_count FROM ticket WHERE id = $1', [id]);
    await database.end();
    expect(rows).toEqual([{ version: 1 + changes, comment_count: count(answers, 201) }]);
  });
});

describe('The cache of two replicas', () => {
  // The load of the races may have opened the circuit breakers.
  beforeAll(() => Promise.all(apis.map(waitForRedis)));

  it('names its outcome in X-Cache', async () => {
    let answers: ApiResponse<Ticket>[] = [];
    await eventually(async () => {
      const { id } = (await api(0).createTicket()).body;
      answers = [await api(0).ticket(id), await api(0).ticket(id), await api(1).ticket(id)];
      return answers.map(({ headers }) => headers.get('x-cache')).join() === 'MISS,HIT,HIT';
    });
    expect(answers[2]?.body).toEqual(answers[0]?.body);
    expect(answers[2]?.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('returns a write of one replica at once from the other', async () => {
    const { id } = (await api(0).createTicket()).body;
    await api(1).ticket(id);
    await api(0).updateStatus(id, 'answered');
    expect((await api(1).ticket(id)).body.status).toBe('answered');
    await api(0).comment(id);
    expect((await api(1).ticket(id)).body.comment_count).toBe(1);
  });

  it.each(['/', '?', '/?'])('has one entry for a ticket, also for URLs that end in %s', async (end) => {
    let id = 0;
    await eventually(async () => {
      ({ id } = (await api(0).createTicket()).body);
      await api(0).ticket(id);
      return (await api(0).ticket(`${id}${end}`)).headers.get('x-cache') === 'HIT';
    });
    await api(0).updateStatus(id, 'closed');
    expect((await api(0).ticket(`${id}${end}`)).body.status).toBe('closed');
  });
});
