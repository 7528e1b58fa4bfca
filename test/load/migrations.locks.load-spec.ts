import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';
import { holdTransaction } from '../support/transactions.js';

/** The next version of the service: this one with two more migrations. */
const next = resolve('dist/next');

const migrations = {
  '1900000000000-region.js': `
    export class Region1900000000000 {
      up(runner) { return runner.query('ALTER TABLE ticket ADD COLUMN region smallint'); }
    }`,
  '1900000000001-region-index.js': `
    export class RegionIndex1900000000001 {
      transaction = false;
      async up(runner) {
        await runner.query('DROP INDEX CONCURRENTLY IF EXISTS ticket_by_region');
        await runner.query('CREATE INDEX CONCURRENTLY ticket_by_region ON ticket (region)');
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

/** Writes and reads, one request after the other, and records the status and duration of each. */
async function sendRequests(api: Api, isOver: () => boolean) {
  const responses: { status: number; ms: number }[] = [];
  const record = async (act: () => Promise<{ status: number }>) => {
    const begin = performance.now();
    const { status } = await act();
    responses.push({ status, ms: performance.now() - begin });
  };
  while (!isOver()) {
    const { id } = (await api.createTicket()).body;
    await record(() => api.comment(id));
    await record(() => api.updateStatus(id, 'answered'));
    await record(() => api.send('GET', '/ticket'));
  }
  return responses;
}

describe('A new version that migrates while the old one serves', () => {
  it('does not affect the old one, even while it waits for a table lock', async () => {
    const old = await Service.start();
    let isOver = false;
    const clients = Promise.all(
      Array.from({ length: 4 }, () => sendRequests(new Api(old.url), () => isOver)),
    );
    const rollback = await holdTransaction(old.stores.database, 'SELECT count(*) FROM ticket');
    const upgraded = Service.spawn(environmentOf(old.stores), undefined, join(next, 'src/main.js'));
    const waits = () => upgraded.output.split('A migration waits for a lock').length - 1;
    try {
      await eventually(() => waits() >= 3);
      await rollback();
      await eventually(() => upgraded.url !== '');
    } finally {
      isOver = true;
    }
    const responses = (await clients).flat();

    expect(responses.length).toBeGreaterThan(100);
    expect(responses.filter(({ status }) => status >= 300)).toEqual([]);
    expect(Math.max(...responses.map(({ ms }) => ms))).toBeLessThan(1_000);
    const database = await connect(old.stores.database);
    const { rows } = await database.query(`SELECT indisvalid FROM pg_index
      WHERE indexrelid = 'ticket_by_region'::regclass`);
    await database.end();
    expect(rows).toEqual([{ indisvalid: true }]);
    expect((await new Api(upgraded.url).createTicket()).status).toBe(201);
    expect((await new Api(old.url).createTicket()).status).toBe(201);
    await Promise.all([old.stop(), upgraded.stop()]);
  });
});
