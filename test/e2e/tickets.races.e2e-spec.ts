import { describe, expect, it } from '@jest/globals';

import { count, times, type ApiResponse } from '../support/api.js';
import { connect } from '../support/servers.js';
import { sharedReplicas } from '../support/shared-service.js';

const { replica, stores } = sharedReplicas();

describe('A ticket with many concurrent writers', () => {
  it('allows exactly one of 32 concurrent transitions', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const responses = await times(32, (n) => replica(n).updateStatus(id, 'answered'));

    expect(count(responses, 200)).toBe(1);
    expect(count(responses, 409)).toBe(31);
    for (const { problem } of responses.filter(({ status }) => status === 409)) {
      expect(problem).toMatchObject({ current: 'answered', allowed: ['awaited', 'closed'] });
    }
  });

  it('validates each concurrent transition against the locked status', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const transitions = ['answered', 'awaited', 'answered', 'awaited'];
    const responses = await times(64, async (n) => {
      const to = transitions[n % transitions.length] ?? '';
      return { to, ...(await replica(n).updateStatus(id, to)) };
    });

    for (const { status, to, problem } of responses) {
      expect([200, 409]).toContain(status);
      if (status === 409) expect(problem.allowed).not.toContain(to);
    }
  });

  it('accepts no comments once closed', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = (await replica(0).createTicket()).body;
      const comments = times(16, (n) => replica(n).comment(id));
      const close = await replica(round).updateStatus(id, 'closed');
      const responses = await comments;

      expect(close.status).toBe(200);
      expect(count(responses, 201) + count(responses, 409)).toBe(16);
      // The response to the close contains the earlier comments; no later one may exist.
      expect(close.body.comments).toHaveLength(close.body.comment_count);
      expect(close.body.comment_count).toBe(count(responses, 201));
      expect((await replica(round).ticket(id)).body).toEqual(close.body);
    }
  });

  it('increments its version once for each of 64 concurrent changes', async () => {
    const { id } = (await replica(0).createTicket()).body;
    const responses = await times<ApiResponse<unknown>>(64, (n) =>
      n % 4 === 0 ? replica(n).updateStatus(id, 'answered') : replica(n).comment(id),
    );
    const changes = responses.filter(({ status }) => status < 300).length;

    const database = await connect(stores().database);
    const { rows } = await database.query('SELECT version, comment_count FROM ticket WHERE id = $1', [id]);
    await database.end();
    expect(rows).toEqual([{ version: 1 + changes, comment_count: count(responses, 201) }]);
  });
});
