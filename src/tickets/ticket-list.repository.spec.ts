import { describe, expect, it } from '@jest/globals';

import { TicketListRepository } from './ticket-list.repository.js';
import { CountTicketsQuery } from './ticket-query.dto.js';

type Parts = ConstructorParameters<typeof TicketListRepository>;

describe('A count', () => {
  it('is one of fewer tickets if reading all that the index finds takes too long', async () => {
    const texts: string[] = [];
    const few = { value: null, count: 12, total: 12, is_exact: false };
    const run = ({ text }: { text: string }) => {
      texts.push(text);
      return texts.length === 1 ? new Promise(() => undefined) : Promise.resolve([few]);
    };
    const database = { bulkhead: () => (work: () => unknown) => work() };
    const repository = new TicketListRepository(...([{ run }, database] as unknown as Parts));
    const begin = performance.now();
    const counted = await repository.count(new CountTicketsQuery(), { audience: 'team', email: undefined });
    expect(counted).toEqual([few]);
    // The deadline of a request is 1,900 ms.
    expect(performance.now() - begin).toBeLessThan(1_500);
    expect(texts.map((text) => /LIMIT (\d+)\)/.exec(text)?.[1])).toEqual(['100000', '10000']);
  });
});
