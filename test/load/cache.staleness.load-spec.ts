import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startCacheAside } from '../support/checker/cache-aside.js';
import { faults } from '../support/checker/cache-faults.js';
import { check, table, type Finding } from '../support/checker/cache-check.js';
import { isThisBuild } from '../support/checker/cache-trial.js';
import { load } from '../support/checker/load.js';
import { findStaleReads, type StaleRead } from '../support/checker/stale-reads.js';
import { Api, times, waitForRedis } from '../support/api.js';
import { connect, servers } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';

/** A service whose tables the checker uses after the first test has stopped it. */
let service: ServiceWithStores;

beforeAll(async () => {
  service = await Service.start();
});

afterAll(() => service.stop());

describe('A thundering herd', () => {
  it('of 500 readers of an uncached ticket causes at most five statements', async () => {
    const api = new Api(service.url);
    const { id } = (await api.createTicket()).body;
    await waitForRedis(api);
    const database = await connect(service.stores.database);
    const scans = async () => {
      await database.query('SELECT pg_stat_force_next_flush()');
      const sql = `SELECT (seq_scan + idx_scan)::integer AS scans FROM pg_stat_user_tables WHERE relname = 'ticket'`;
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

describe('The checker', () => {
  it('finds the stale reads of the stock cache-aside within a minute', async () => {
    const database = await connect(service.stores.database);
    const { rows } = await database.query<{ id: number }>(
      `INSERT INTO ticket (theme, text, email) SELECT 'A', 'A', 'a@b.co' FROM generate_series(1, 4) RETURNING id::integer`,
    );
    const ids = rows.map(({ id }) => id);
    await database.end();
    const connection = { ...servers().postgres, ...service.stores };
    const replicas = [
      await startCacheAside(connection, service.stores.redisUrl),
      await startCacheAside(connection, service.stores.redisUrl),
    ];
    let stale: StaleRead[] = [];
    const end = Date.now() + 60_000;
    while (stale.length === 0 && Date.now() < end) {
      const urls = replicas.map(({ url }) => url);
      const { calls } = await load({ urls, ids, readers: 24, writers: 4, reads: 2_000, writes: 500 });
      stale = findStaleReads(calls);
    }
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(stale).not.toEqual([]);
  });
});

describe('The cache', () => {
  const findings: Finding[] = [];
  afterAll(() => {
    process.stdout.write(table(findings));
  });
  const size = { replicas: 2, reads: 500, writes: 80, rounds: 1, freezes: 4 };
  const short = faults.filter(({ isShort }) => isShort).map((fault) => [fault.name, fault] as const);
  it.each(short)(
    'returns no stale data after an acknowledged write or an event: %s',
    async (_name, fault) => {
      const finding = await check(fault, size);
      findings.push(finding);
      expect(finding).toMatchObject({ failures: [], longestStaleMs: 0 });
      expect(finding.hits).toBeGreaterThan(0);
      expect(finding.events > 0).toBe(isThisBuild);
    },
  );
});
