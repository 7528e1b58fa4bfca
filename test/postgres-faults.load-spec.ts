import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { nothingWrong } from './checker/crashes.js';
import { Trial } from './checker/trial.js';

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
    const [first, ...others] = await hoard(postgres, []);
    await first?.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ticket-system'`,
    );
    const hoarded = await hoard(postgres, others);
    await sleep(2_000);
    await Promise.all([first?.end(), ...hoarded.map((client) => client.end())]);
  },
};

/** Takes connections until there are no more. */
async function hoard(postgres: Trial['postgres'], clients: Awaited<ReturnType<typeof postgres.connect>>[]) {
  for (;;) {
    try {
      clients.push(await postgres.connect());
    } catch {
      return clients;
    }
  }
}

describe('Where PostgreSQL', () => {
  it.each(Object.entries(faults))(
    '%s, writes are answered 503 within 3 s, succeed again within 2, and are there exactly once',
    async (_name, fault) => {
      const trial = await Trial.start();
      await sleep(500);
      await fault(trial);
      await trial.recovers();
      await sleep(300);

      const { acknowledged, unavailable, longestMs, longestRecoveryMs, ...finding } = await trial.end();
      expect(finding).toMatchObject(nothingWrong);
      expect(acknowledged).toBeGreaterThan(50);
      expect(unavailable).toBeGreaterThan(5);
      expect(longestMs).toBeLessThan(3_000);
      expect(longestRecoveryMs).toBeLessThan(2_000);
    },
  );
});
