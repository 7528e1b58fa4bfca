import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DurabilityTrial, runCrashes } from '../support/checker/durability-trial.js';
import { noFindings } from '../support/checker/write-ledger.js';
import { eventually } from '../support/eventually.js';

/** Faults of PostgreSQL under load; each ends when its promise resolves. */
const faults: Record<string, (trial: DurabilityTrial) => Promise<void>> = {
  'is frozen and continued': async ({ postgres }) => {
    postgres.signal('SIGSTOP');
    await sleep(4_000);
    postgres.signal('SIGCONT');
  },

  'loses its connections during statements': async ({ proxy }) => {
    for (let n = 0; n < 20; n++) {
      await sleep(50);
      proxy.reset();
    }
  },

  'loses connections right before and right after a COMMIT': async ({ proxy }) => {
    let commits = 0;
    proxy.cut = (sent) => {
      if (!sent.includes('COMMIT')) return undefined;
      return commits++ % 2 === 0 ? 'after' : 'before';
    };
    await sleep(2_000);
    await eventually(() => commits > 20);
    delete proxy.cut;
    expect(commits).toBeGreaterThan(20);
  },

  'waits for a lock of another session': async ({ postgres }) => {
    const holder = await postgres.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE');
      await sleep(2_500);
    } finally {
      await holder.end();
    }
  },

  'has no free connections': async ({ postgres }) => {
    const connections = await takeAllConnections(postgres);
    await sleep(2_000);
    await Promise.all(connections.map((client) => client.end()));
  },
};

/** Opens connections until the server has none left, and terminates those of the service. */
async function takeAllConnections(postgres: DurabilityTrial['postgres']) {
  const first = await postgres.connect();
  const { rows } = await first.query<{ max: number }>(
    `SELECT current_setting('max_connections')::int AS max`,
  );
  const clients = [first];
  while (clients.length < Number(rows[0]?.max)) {
    try {
      clients.push(await postgres.connect());
    } catch {
      await first.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ticket-system'`,
      );
    }
  }
  return clients;
}

let trial: DurabilityTrial;

beforeAll(async () => {
  trial = await DurabilityTrial.start();
});

afterAll(() => trial.stop());

describe('When PostgreSQL', () => {
  it.each(Object.entries(faults))(
    '%s, writes fail with 503 within 3 s, succeed within 2 s after it recovers, and take effect exactly once',
    async (_name, fault) => {
      const { acknowledged, unavailable, longestMs, longestRecoveryMs, ...findings } = await trial.run(
        async (written) => {
          await eventually(() => written() > 50);
          await sleep(500);
          await fault(trial);
          await trial.waitForRecovery();
        },
      );
      expect(findings).toMatchObject(noFindings);
      expect(acknowledged).toBeGreaterThan(50);
      expect(unavailable).toBeGreaterThan(5);
      expect(longestMs).toBeLessThan(3_000);
      expect(longestRecoveryMs).toBeLessThan(2_000);
    },
  );
});

describe('When the service and its PostgreSQL are killed under load', () => {
  it('no acknowledged write is lost, and no write takes effect twice or in part', async () => {
    const result = await runCrashes(trial, { service: 1, postgres: 2 });
    expect(result).toMatchObject(noFindings);
    expect(result.acknowledged).toBeGreaterThan(200);
    expect(result.longestRecoveryMs).toBeLessThan(2_000);
  });
});
