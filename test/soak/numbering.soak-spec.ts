import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, describe, expect, it } from '@jest/globals';
import autocannon from 'autocannon';

import { Api, aTicket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect, createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';
import { holdTransaction, waitForNumbers } from '../support/transactions.js';

const million = 1_000_000;
const figures: Record<string, unknown> = {};

afterAll(() => {
  writeFileSync('dist/numbering.json', JSON.stringify(figures, null, 2));
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
});

/** The p50 and the p99 of delays in milliseconds. */
function percentiles(delays: number[]) {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN);
  return { events: sorted.length, p50: at(0.5), p99: at(0.99) };
}

/** Reads a stream; collects the delays from the time of each event to its arrival in milliseconds. */
function collectDelays(url: string): { delays: number[]; close: () => void } {
  const delays: number[] = [];
  let text = '';
  const sent = get(`${url}/events?from=now`, { headers: { accept: 'text/event-stream' } }, (stream) => {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const now = Date.now();
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const [, time] of events.join('\n').matchAll(/"time":"([^"]+)"/g))
        delays.push(now - Date.parse(time ?? ''));
    });
    stream.on('error', () => undefined);
  });
  sent.on('error', () => undefined);
  return { delays, close: () => sent.destroy() };
}

/** Creates tickets for some seconds; returns the average per second. */
async function create(url: string, seconds: number, rate?: number): Promise<number> {
  const { requests, non2xx } = await autocannon({
    ...{
      url: `${url}/ticket`,
      method: 'POST',
      body: JSON.stringify(aTicket),
      connections: 16,
      duration: seconds,
    },
    headers: { 'content-type': 'application/json' },
    ...(rate !== undefined && { overallRate: rate }),
  });
  expect(non2xx).toBe(0);
  return Math.round(requests.average);
}

const numberingMs = 600_000;

/** The migration that numbers the events. */
const feedNumbers = 1764700000000;

const insertEvents = (count: number, ticket: number) => `
  INSERT INTO event (type, ticket_id, version, at, data)
  SELECT 'comment.added', ${ticket}, n, now(), '{"comment_id": 1}' FROM generate_series(1, ${count}) AS n`;

describe('The numbering of events', () => {
  it('is measured: delays, cost, backlog', async () => {
    const service = await Service.start();
    const { url, stores } = service;
    const idle = collectDelays(url);
    for (let n = 0; n < 200; n++) {
      await sleep(Math.random() * 100);
      await new Api(url).createTicket();
    }
    await eventually(() => idle.delays.length === 200);
    idle.close();
    figures['delay idle, ms'] = percentiles(idle.delays);

    const busy = collectDelays(url);
    await sleep(500);
    const rate = await create(url, 20, 2_000);
    await sleep(1_000);
    busy.close();
    figures['delay under load, ms'] = { rate, ...percentiles(busy.delays) };

    const rates: { numbered: number[]; unnumbered: number[] } = { numbered: [], unnumbered: [] };
    for (let round = 0; round < 5; round++) {
      rates.numbered.push(await create(url, 5));
      await waitForNumbers(stores.database, numberingMs);
      const release = await holdTransaction(stores.database, 'SELECT 1 FROM feed_state FOR UPDATE');
      rates.unnumbered.push(await create(url, 5));
      await release();
      await waitForNumbers(stores.database, numberingMs);
    }
    figures['creations a second'] = rates;

    const snapshot = await holdTransaction(
      stores.database,
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ticket',
    );
    const hold = await holdTransaction(stores.database, 'SELECT 1 FROM feed_state FOR UPDATE');
    const database = await connect(stores.database);
    await database.query(insertEvents(million, 1_000_001));
    await hold();
    const begin = performance.now();
    await waitForNumbers(stores.database, numberingMs);
    figures['backlog, events a second'] = Math.round((million / (performance.now() - begin)) * 1_000);
    const check = performance.now();
    await database.query('SELECT EXISTS (SELECT 1 FROM event WHERE number IS NULL)');
    figures['check after a million under an old snapshot, ms'] = Math.round(performance.now() - check);
    await snapshot();
    await database.end();
    await service.stop();
  }, 900_000);
});

describe('The migration of a feed of a million events', () => {
  it('blocks no write for longer than the lock budget', async () => {
    const stores = await createStores();
    await (await Service.start({ stores })).stop();
    const env = { PATH: process.env['PATH'], ...environmentOf(stores) };
    const database = await connect(stores.database);
    const isMigrated = async () => {
      const { rowCount } = await database.query('SELECT FROM migrations WHERE timestamp >= $1', [
        feedNumbers,
      ]);
      return rowCount !== 0;
    };
    while (await isMigrated()) expect(spawnSync('npm', ['run', 'migration:revert'], { env }).status).toBe(0);
    await database.query(insertEvents(million, 1_000_000));

    let [isOver, slowestMs, version] = [false, 0, 1];
    const writing = (async () => {
      while (!isOver) {
        const begin = performance.now();
        await database.query(
          `INSERT INTO event (type, ticket_id, version, at, data) VALUES ('comment.added', 1, ${version++}, now(), '{}')`,
        );
        slowestMs = Math.max(slowestMs, performance.now() - begin);
        await sleep(2);
      }
    })();
    const begin = performance.now();
    const service = await Service.start({ stores });
    figures['migration of a million events, s'] = Math.round((performance.now() - begin) / 1_000);
    isOver = true;
    await writing;
    figures['slowest write meanwhile, ms'] = Math.round(slowestMs);
    expect(slowestMs).toBeLessThan(1_000);
    await waitForNumbers(stores.database, numberingMs);
    const { rows } = await database.query<{ gaps: number }>(
      'SELECT max(number)::integer - count(*)::integer AS gaps FROM event',
    );
    expect(rows).toEqual([{ gaps: 0 }]);
    await database.end();
    await service.stop();
  }, 900_000);
});
