import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, count, times, type Answer, type Ticket } from '../support/api.js';
import { usesRedis } from '../support/cached.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceOnStores } from '../support/service.js';

/** Two replicas, so that nothing can be decided in the memory of one. */
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

/** The client of one of the two replicas, in turns. */
const api = (turn: number) => (turn % 2 === 0 ? apis[0] : apis[1]);

describe('A ticket that many write to at once', () => {
  it('lets exactly one of 32 racing moves win', async () => {
    const { id } = (await api(0).createTicket()).body;
    const answers = await times(32, (turn) => api(turn).updateStatus(id, 'answered'));

    expect(count(answers, 200)).toBe(1);
    expect(count(answers, 409)).toBe(31);
    for (const { problem } of answers.filter(({ status }) => status === 409)) {
      expect(problem).toMatchObject({ current: 'answered', allowed: ['awaited', 'closed'] });
    }
  });

  it('answers each racing move by the status it found, whatever the order', async () => {
    const { id } = (await api(0).createTicket()).body;
    const moves = ['answered', 'awaited', 'answered', 'awaited'];
    const answers = await times(64, async (turn) => {
      const to = moves[turn % moves.length] ?? '';
      return { to, ...(await api(turn).updateStatus(id, to)) };
    });

    for (const { status, to, problem } of answers) {
      expect([200, 409]).toContain(status);
      if (status === 409) expect(problem.allowed).not.toContain(to);
    }
  });

  it('never takes a comment after the close', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = (await api(0).createTicket()).body;
      const comments = times(16, (turn) => api(turn).comment(id));
      const [close, ...answers] = [await api(round).updateStatus(id, 'closed'), ...(await comments)];

      expect(close.status).toBe(200);
      expect(count(answers, 201) + count(answers, 409)).toBe(16);
      // The close shows the comments before it; those are all there ever are.
      expect(close.body.comments).toHaveLength(close.body.comment_count);
      expect(close.body.comment_count).toBe(count(answers, 201));
      expect((await api(round).ticket(id)).body).toEqual(close.body);
    }
  });

  it('raises the version by one with each of 64 racing changes', async () => {
    const { id } = (await api(0).createTicket()).body;
    const answers = await times<Answer<unknown>>(64, (turn) =>
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
  // Under the load of the races Redis may have been too slow to be used, for a moment, and it may be late for a call.
  beforeAll(() => Promise.all(apis.map(usesRedis)));

  it('says whether an answer came from it', async () => {
    let answers: Answer<Ticket>[] = [];
    await eventually(async () => {
      const { id } = (await api(0).createTicket()).body;
      answers = [await api(0).ticket(id), await api(0).ticket(id), await api(1).ticket(id)];
      return answers.map(({ headers }) => headers.get('x-cache')).join() === 'MISS,HIT,HIT';
    });
    expect(answers[2]?.body).toEqual(answers[0]?.body);
    expect(answers[2]?.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('shows a write made at one replica at once at the other', async () => {
    const { id } = (await api(0).createTicket()).body;
    await api(1).ticket(id);
    await api(0).updateStatus(id, 'answered');
    expect((await api(1).ticket(id)).body.status).toBe('answered');
    await api(0).comment(id);
    expect((await api(1).ticket(id)).body.comment_count).toBe(1);
  });

  it.each(['/', '?', '/?'])('keeps one entry for a ticket, also where its URL ends in %s', async (end) => {
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
