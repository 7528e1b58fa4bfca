import { describe, expect, it } from '@jest/globals';

import { startCacheAside } from '../support/checker/cache-aside.js';
import { summarize, sharedChecker, type Finding } from '../support/checker/cache-checker.js';
import { faults } from '../support/checker/faults.js';
import { load } from '../support/checker/load.js';
import { Api, times, waitForRedis } from '../support/api.js';
import { connect, createStores, servers } from '../support/servers.js';
import { Service } from '../support/service.js';

describe('The checker', () => {
  it('finds the stale reads of the stock cache-aside within a minute', async () => {
    const service = await Service.start();
    const ids = await times(4, async () => (await new Api(service.url).createTicket()).body.id);
    await service.stop();
    const connection = { ...servers().postgres, ...service.stores };
    const replicas = [
      await startCacheAside(connection, service.stores.redisUrl),
      await startCacheAside(connection, service.stores.redisUrl),
    ];
    const recording = { calls: [], failures: [] };
    const end = Date.now() + 60_000;
    while (summarize(recording).stale.length === 0 && Date.now() < end) {
      const urls = replicas.map(({ url }) => url);
      const more = await load({ urls, ids, readers: 24, writers: 4, reads: 2_000, writes: 500 });
      Object.assign(recording, more);
    }
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(summarize(recording).stale).not.toEqual([]);
  });
});

const size = { reads: 2_000, writes: 400 };

function expectNoStaleReads({ failures, longestStaleMs, hits }: Finding): void {
  expect(failures).toEqual([]);
  expect(longestStaleMs).toBe(0);
  expect(hits).toBeGreaterThan(0);
}

describe('The cache', () => {
  const check = sharedChecker();
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'returns no stale data after an acknowledged write: %s',
    async (_name, fault) => {
      expectNoStaleReads(await check(fault, size));
    },
  );
});

describe('A thundering herd', () => {
  it('of 500 readers of an uncached ticket causes at most five statements', async () => {
    const stores = await createStores();
    const service = await Service.start({ stores });
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    await waitForRedis(api);
    const database = await connect(stores.database);
    const scans = async () => {
      await database.query('SELECT pg_stat_force_next_flush()');
      const sql = `SELECT coalesce(sum(idx_scan), 0)::integer AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'comment_of_ticket'`;
      return (await database.query<{ scans: number }>(sql)).rows[0]?.scans ?? 0;
    };
    const before = await scans();
    const responses = await times(500, () => api.ticket(id));
    // PostgreSQL publishes the scans of a session when the session ends.
    await service.stop();
    const after = await scans();
    await database.end();

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThanOrEqual(5);
  });
});
