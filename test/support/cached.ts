import type { Answer, Api, Ticket } from './api.js';
import { eventually } from './eventually.js';

/** Reads a ticket until the cache answers: on a machine with other work Redis may be late for a call. */
export async function fromCache(api: Api, id: number): Promise<Answer<Ticket>> {
  let answer = await api.ticket(id);
  await eventually(async () => {
    answer = await api.ticket(id);
    return answer.headers.get('x-cache') === 'HIT';
  });
  return answer;
}
