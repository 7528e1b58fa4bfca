import { beforeAll, describe, expect, it } from '@jest/globals';

import { waitForRedis, type ApiResponse, type Ticket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { sharedReplicas } from '../support/shared-service.js';

const { replica } = sharedReplicas();

beforeAll(async () => {
  await Promise.all([replica(0), replica(1)].map(waitForRedis));
});

describe('The cache of two replicas', () => {
  it('reports hits and misses in X-Cache', async () => {
    let responses: ApiResponse<Ticket>[] = [];
    await eventually(async () => {
      const { id } = (await replica(0).createTicket()).body;
      responses = [await replica(0).ticket(id), await replica(0).ticket(id), await replica(1).ticket(id)];
      return responses.map(({ headers }) => headers.get('x-cache')).join() === 'MISS,HIT,HIT';
    });
    expect(responses[2]?.body).toEqual(responses[0]?.body);
    expect(responses[2]?.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('shows a write of one replica immediately on the other', async () => {
    const { id } = (await replica(0).createTicket()).body;
    await replica(1).ticket(id);
    await replica(0).updateStatus(id, 'answered');
    expect((await replica(1).ticket(id)).body.status).toBe('answered');
    await replica(0).comment(id);
    expect((await replica(1).ticket(id)).body.comment_count).toBe(1);
  });

  it.each(['/', '?', '/?'])('has one entry for a ticket, even if the URL ends in %s', async (end) => {
    let id = 0;
    await eventually(async () => {
      ({ id } = (await replica(0).createTicket()).body);
      await replica(0).ticket(id);
      return (await replica(0).ticket(`${id}${end}`)).headers.get('x-cache') === 'HIT';
    });
    await replica(0).updateStatus(id, 'closed');
    expect((await replica(0).ticket(`${id}${end}`)).body.status).toBe('closed');
  });
});
