import { describe, expect, it } from '@jest/globals';

import type { RunRead } from './plan.js';
import { FilteredList } from './filtered-list.js';
import { buildFilter } from './ticket-filter.sql.js';
import { parseSort } from './ticket-list.sql.js';
import { ListTicketsQuery } from './ticket-query.dto.js';

const team = { audience: 'team', email: undefined } as const;
const last = { id: 7, is_found: false, is_end: true };

/** Answers the estimate of an index with 50,000 tickets, and a read in the order of the list with its last ticket, which does not match. */
const run: RunRead = <Row>({ text }: { text: string }) => {
  const plan = { Plan: { 'Relation Name': 'ticket', 'Plan Rows': 50_000 } };
  const rows = text.startsWith('EXPLAIN') ? [{ 'QUERY PLAN': [plan] }] : [{ ...last }];
  return Promise.resolve(rows as Row[]);
};

describe('A list whose filter no index serves in its order', () => {
  it('ends its page early if reading all that the index finds takes too long', async () => {
    const query = Object.assign(new ListTicketsQuery(), { tag: ['kind7', 'vip'] });
    const reads: string[] = [];
    const runWide: RunRead = (statement, values) => {
      reads.push(statement.text);
      return statement.text.includes('AS place') ? new Promise(() => undefined) : run(statement, values);
    };
    const order = parseSort('-created_at');
    const filter = buildFilter(query, team);
    const list = new FilteredList(run, runWide, { filter, order, after: undefined, limit: 50 });
    const begin = performance.now();
    expect(await list.find()).toEqual({ rows: [], end: expect.objectContaining({ id: 7 }) });
    // The deadline of a request is 1,900 ms.
    expect(performance.now() - begin).toBeLessThan(1_500);
    expect(reads.filter((text) => text.includes('AS place'))).toHaveLength(1);
  });
});
