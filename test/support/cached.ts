import type { Answer, Api, Ticket } from './api.js';
import { eventually } from './eventually.js';

/** Resolves once a replica uses Redis: on a machine with other work it may have been too slow for it, for a moment. */
export async function usesRedis(api: Api): Promise<void> {
  await eventually(
    async () => (await api.send<{ status: string }>('GET', '/health/ready')).body.status === 'ok',
  );
}

/** Reads a ticket until the cache answers: on a machine with other work Redis may be late for a call. */
export async function fromCache(api: Api, id: number): Promise<Answer<Ticket>> {
  let answer = await api.ticket(id);
  await eventually(async () => {
    answer = await api.ticket(id);
    return answer.headers.get('x-cache') === 'HIT';
  });
  return answer;
}
