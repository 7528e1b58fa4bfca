import { describe, expect, it } from '@jest/globals';

import { startCacheAside } from '../support/checker/cache-aside.js';
import { judge, oneChecker, type Finding } from '../support/checker/check.js';
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
    while (judge(recording).stale.length === 0 && Date.now() < end) {
      const urls = replicas.map(({ url }) => url);
      const more = await load({ urls, ids, readers: 24, writers: 4, reads: 2_000, writes: 500 });
      Object.assign(recording, more);
    }
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(judge(recording).stale).not.toEqual([]);
  }, 90_000);
});

const size = { reads: 2_000, writes: 400 };

function expectNothingStale({ failures, longestStaleMs, hits }: Finding): void {
  expect(failures).toEqual([]);
  expect(longestStaleMs).toBe(0);
  expect(hits).toBeGreaterThan(0);
}

describe('After an acknowledged write, no replica answers with what was before it', () => {
  const check = oneChecker();
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    'under %s',
    async (_name, fault) => {
      expectNothingStale(await check(fault, size));
    },
    60_000,
  );
});

describe('A cold herd', () => {
  it('of 500 readers of one ticket costs a handful of statements', async () => {
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
    const answers = await times(500, () => api.ticket(id));
    // Sessions report their scans when they end.
    await service.stop();
    const after = await scans();
    await database.end();

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThanOrEqual(5);
  });
});
