import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { eraseWithKills } from '../support/checker/erasure-trial.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service } from '../support/service.js';

describe('An erasure', () => {
  it('goes on after each of a hundred kills', async () => {
    const { erasure, kills, leftOver, events } = await eraseWithKills({ tickets: 60_000, kills: 100 });
    expect({ kills, leftOver, events }).toEqual({
      ...{ kills: 100, leftOver: [], events: { count: 60_000, tickets: 60_000 } },
    });
    expect(erasure).toMatchObject({ state: 'done', tickets: 60_000 });
  }, 1_800_000);
});

describe('A million tickets', () => {
  /** Writes while the jobs work; returns the seconds until `left` is zero, and the p99 of the writes in milliseconds. */
  async function workOff(due: string, environment: Record<string, string>, left: string) {
    const first = await Service.start();
    const { stores } = first;
    await first.stop();
    const database = await connect(stores.database);
    await database.query(due);
    await database.query('VACUUM ANALYZE ticket');
    const service = await Service.start({ stores, environment });
    const api = new Api(service.url);
    const durations: number[] = [];
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted) {
        const begin = performance.now();
        const { body } = await api.createTicket();
        await api.comment(body.id);
        durations.push((performance.now() - begin) / 2);
        await sleep(20);
      }
    })();
    const begin = performance.now();
    const count = async () => (await database.query<{ left: number }>(left)).rows[0]?.left;
    await eventually(async () => (await count()) === 0, 3_000_000, 5_000);
    const seconds = Math.round((performance.now() - begin) / 1_000);
    over.abort();
    await writing;
    const { rows } = await database.query<{ count: number; tickets: number }>(
      `SELECT count(*)::integer, count(DISTINCT ticket_id)::integer AS tickets FROM event
       WHERE type IN ('ticket.deleted', 'ticket.status_changed')`,
    );
    await database.end();
    await service.stop();
    durations.sort((a, b) => a - b);
    const figures = {
      seconds,
      writes: durations.length,
      p99: durations[Math.floor(durations.length * 0.99)],
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return { ...figures, events: rows[0] };
  }

  const insert = (columns: string, values: string) => `
    INSERT INTO ticket (theme, text, email, ${columns})
    SELECT 'old', 'old', 'old@example.com', ${values} FROM generate_series(1, 1000000)`;

  it('whose retention has ended are deleted without a write that waits', async () => {
    const { p99, events } = await workOff(
      insert(`status, closed_at`, `'closed', now() - interval '40 days'`),
      { TICKETS_RETENTION_DAYS: '30' },
      `SELECT count(*)::integer AS left FROM (SELECT FROM ticket WHERE closed_at < now() - interval '30 days' LIMIT 1) AS due`,
    );
    expect(events).toEqual({ count: 1_000_000, tickets: 1_000_000 });
    expect(p99).toBeLessThan(50);
  }, 3_600_000);

  it('that have been answered for long are closed without a write that waits', async () => {
    const { p99, events } = await workOff(
      insert('status, updated_at', `'answered', now() - interval '8 days'`),
      { AUTO_CLOSE_DAYS: '7' },
      `SELECT count(*)::integer AS left FROM (SELECT FROM ticket WHERE status = 'answered' LIMIT 1) AS due`,
    );
    expect(events).toEqual({ count: 1_000_000, tickets: 1_000_000 });
    expect(p99).toBeLessThan(50);
  }, 3_600_000);
});
