import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, times } from '../support/api.js';
import { connect } from '../support/servers.js';
import { Service, type ServiceWithStores } from '../support/service.js';
import { lockTicket } from '../support/transactions.js';

let service: ServiceWithStores;
let api: Api;

beforeAll(async () => {
  service = await Service.start();
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
});

const createTickets = async (n: number) =>
  (await times(n, () => api.createTicket())).map(({ body }) => body.id);
const lock = (...ids: number[]) => lockTicket(service.stores.database, ...ids);

/** Resolves this many milliseconds after a time. */
const until = (begin: number, ms: number) => sleep(Math.max(0, begin + ms - performance.now()));

describe('A write of a ticket', () => {
  it('does not begin before the earlier one has ended, even if that one was answered 503 at its deadline', async () => {
    const [ticket = 0, ...others] = await createTickets(5);
    // These hold the connections of single items, so that the statement of the first write begins late.
    const unlockOthers = await lock(...others);
    const unlock = await lock(ticket);
    const observer = await connect(service.stores.database);
    const begin = performance.now();
    const holding = others.map((id) => api.updateStatus(id, 'answered'));
    await sleep(60);
    const first = api.updateStatus(ticket, 'answered');
    await until(begin, 500);
    const second = api.updateStatus(ticket, 'awaited');
    await until(begin, 1_700);
    await unlockOthers();
    let most = 0;
    while (performance.now() - begin < 2_250) {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      most = Math.max(most, (await observer.query(sql)).rows.length);
    }
    await unlock();
    await Promise.all([first, second, ...holding]);
    await observer.end();
    expect(most).toBe(1);
  });
});
