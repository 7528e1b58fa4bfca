import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { nothingWrong } from '../support/checker/crashes.js';
import { Trial } from '../support/checker/trial.js';

/** What is done to PostgreSQL under load; it is over when the promise resolves. */
const faults: Record<string, (trial: Trial) => Promise<void>> = {
  'is stopped and continued': async ({ postgres }) => {
    postgres.signal('SIGSTOP');
    await sleep(4_000);
    postgres.signal('SIGCONT');
  },

  'loses its connections in the middle of statements': async ({ gate }) => {
    for (let n = 0; n < 20; n++) {
      await sleep(50);
      gate.reset();
    }
  },

  'loses connections right before and right after a COMMIT': async ({ gate }) => {
    let commits = 0;
    gate.cut = (sent) => {
      if (!sent.includes('COMMIT')) return undefined;
      return commits++ % 2 === 0 ? 'after' : 'before';
    };
    await sleep(2_000);
    delete gate.cut;
    expect(commits).toBeGreaterThan(20);
  },

  'waits for a lock that another session holds': async ({ postgres }) => {
    const holder = await postgres.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE');
    await sleep(2_500);
    await holder.end();
  },

  'has no connections left': async ({ postgres }) => {
    const hoarded = await hoard(postgres);
    await sleep(2_000);
    await Promise.all(hoarded.map((client) => client.end()));
  },
};

/** Takes every connection there is: the service's are ended until it has won none of them back. */
async function hoard(postgres: Trial['postgres']) {
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

let trial: Trial;

beforeAll(async () => {
  trial = await Trial.start();
});

afterAll(() => trial.stop());

describe('Where PostgreSQL', () => {
  it.each(Object.entries(faults))(
    '%s, writes are answered 503 within 3 s, succeed again within 2, and are there exactly once',
    async (_name, fault) => {
      const { acknowledged, unavailable, longestMs, longestRecoveryMs, ...finding } = await trial.under(
        async () => {
          await sleep(500);
          await fault(trial);
          await trial.recovers();
        },
      );
      expect(finding).toMatchObject(nothingWrong);
      expect(acknowledged).toBeGreaterThan(50);
      expect(unavailable).toBeGreaterThan(5);
      expect(longestMs).toBeLessThan(3_000);
      expect(longestRecoveryMs).toBeLessThan(2_000);
    },
  );
});
