import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

/** The next version of the service: this one, and two migrations more. */
const next = resolve('dist/next');

const migrations = {
  '1900000000000-priority.js': `
    export class Priority1900000000000 {
      up(runner) { return runner.query('ALTER TABLE ticket ADD COLUMN priority smallint'); }
    }`,
  '1900000000001-priority-index.js': `
    export class PriorityIndex1900000000001 {
      transaction = false;
      async up(runner) {
        await runner.query('DROP INDEX CONCURRENTLY IF EXISTS ticket_by_priority');
        await runner.query('CREATE INDEX CONCURRENTLY ticket_by_priority ON ticket (priority)');
      }
    }`,
};

beforeAll(() => {
  for (const part of ['src', 'migrations']) cpSync(join('dist', part), join(next, part), { recursive: true });
  for (const [name, text] of Object.entries(migrations)) writeFileSync(join(next, 'migrations', name), text);
});

afterAll(() => {
  rmSync(next, { recursive: true });
});

/** Writes and reads, one call after the other, until told to stop; keeps the status and the time of each. */
async function use(api: Api, isOver: () => boolean) {
  const answers: { status: number; ms: number }[] = [];
  const keep = async (act: () => Promise<{ status: number }>) => {
    const begin = performance.now();
    const { status } = await act();
    answers.push({ status, ms: performance.now() - begin });
  };
  while (!isOver()) {
    const { id } = (await api.createTicket()).body;
    await keep(() => api.comment(id));
    await keep(() => api.updateStatus(id, 'answered'));
    await keep(() => api.send('GET', '/ticket'));
  }
  return answers;
}

describe('A new version that migrates while the old one serves', () => {
  it('takes nothing from it, though a transaction holds the table that it wants', async () => {
    const old = await Service.start();
    let isOver = false;
    const using = Promise.all(Array.from({ length: 4 }, () => use(new Api(old.url), () => isOver)));
    const reader = await connect(old.stores.database);
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM ticket');
    const young = Service.spawn(environmentOf(old.stores), undefined, join(next, 'src/main.js'));
    const waits = () => young.log.split('A migration waits for a lock').length - 1;
    try {
      await eventually(() => Promise.resolve(waits() >= 3));
      await reader.query('COMMIT');
      await eventually(() => Promise.resolve(young.url !== ''));
    } finally {
      isOver = true;
    }
    const answers = (await using).flat();

    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(1_000);
    const { rows } = await reader.query(`SELECT indisvalid FROM pg_index
      WHERE indexrelid = 'ticket_by_priority'::regclass`);
    expect(rows).toEqual([{ indisvalid: true }]);
    expect((await new Api(young.url).createTicket()).status).toBe(201);
    expect((await new Api(old.url).createTicket()).status).toBe(201);
    await reader.end();
    await Promise.all([old.stop(), young.stop()]);
  });
});
