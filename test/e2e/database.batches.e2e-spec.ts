import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Api, aTicket, count, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { connect, createStores, servers, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';
import { holdTransaction, lockTicket, waitForBlockedSessions } from '../support/transactions.js';

let stores: Stores;
let proxy: FaultProxy;
let services: Service[];
let api: Api;
let other: Api;

beforeAll(async () => {
  stores = await createStores();
  proxy = await FaultProxy.to(servers().postgres.port);
  const environment = { MAX_IN_FLIGHT: '512' };
  services = [
    await Service.start({ stores, environment: { ...environment, POSTGRES_PORT: String(proxy.port) } }),
    await Service.start({ stores, environment }),
  ];
  [api, other] = services.map(({ url }) => new Api(url)) as [Api, Api];
});

afterEach(() => {
  delete proxy.cut;
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await proxy.close();
});

async function query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = await connect(stores.database);
  const { rows } = await client.query<Row>(sql, values);
  await client.end();
  return rows;
}

const createTickets = async (n: number) =>
  (await times(n, () => api.createTicket())).map(({ body }) => body.id);

/** Runs an action while no ticket can be created, so that all creations of the action share a few statements. */
async function whileBlocked<Result>(act: () => Promise<Result>, blocked: number): Promise<Result> {
  const release = await holdTransaction(stores.database, 'LOCK TABLE ticket IN SHARE MODE');
  const result = act();
  await waitForBlockedSessions(stores.database, blocked);
  await release();
  return result;
}

const withTheme = (theme: string) => api.createTicket({ ...aTicket, theme });
const countThemes = async (theme: string) =>
  (await query('SELECT 1 FROM ticket WHERE theme = $1', [theme])).length;

describe('Requests that arrive together', () => {
  it('share statements, and each gets its own ticket with its event', async () => {
    const before = proxy.sent;
    const created = await whileBlocked(() => times(100, (n) => withTheme(`together ${n}`)), 2);
    expect(created.map(({ body }) => body.theme)).toEqual(created.map((_, n) => `together ${n}`));
    // The first two statements, and one or two for what arrived while they waited; the rest is of the numbering.
    expect(proxy.sent - before).toBeLessThan(50);
    const ids = created.map(({ body }) => body.id);
    const events = await query('SELECT 1 FROM event WHERE ticket_id = ANY ($1) AND version = 1', [ids]);
    expect(events).toHaveLength(100);
  });

  it('fail alone if PostgreSQL rejects one of them', async () => {
    await query(`
      CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'poisoned' USING ERRCODE = 'check_violation'; END $$`);
    await query(`
      CREATE TRIGGER reject BEFORE INSERT ON ticket
        FOR EACH ROW WHEN (NEW.theme = 'poison') EXECUTE FUNCTION reject()`);
    const responses = await whileBlocked(
      () => times(40, (n) => withTheme(n === 20 ? 'poison' : 'beside poison')),
      2,
    );
    await query('DROP TRIGGER reject ON ticket');
    expect(responses.map(({ status }) => status)).toEqual(responses.map((_, n) => (n === 20 ? 500 : 201)));
    expect([await countThemes('poison'), await countThemes('beside poison')]).toEqual([0, 39]);
  });

  it.each([
    ['before', 0],
    ['after', 40],
  ] as const)(
    'get 503 and are not repeated if the connection is lost %s the commit',
    async (when, created) => {
      const theme = `lost ${when}`;
      const isOfTheTest = (sent: Buffer) => sent.includes(theme);
      proxy.cut = (sent) => (isOfTheTest(sent) ? when : undefined);
      const responses = await times(40, () => withTheme(theme));
      expect(count(responses, 503)).toBe(40);
      await eventually(async () => (await countThemes(theme)) === created);
      expect((await api.createTicket()).status).toBe(201);
    },
  );

  it('get 503 if the connection is lost while the statement runs', async () => {
    const release = await holdTransaction(stores.database, 'LOCK TABLE ticket IN SHARE MODE');
    const responses = times(40, () => withTheme('lost in between'));
    await waitForBlockedSessions(stores.database, 2);
    proxy.reset();
    await release();
    expect((await responses).filter(({ status }) => status !== 503 && status !== 201)).toEqual([]);
    await eventually(async () => (await countThemes('lost in between')) >= count(await responses, 201));
    expect(count(await responses, 503)).toBeGreaterThanOrEqual(1);
    expect(await countThemes('lost in between')).toBeLessThanOrEqual(40);
    await eventually(async () => count(await times(20, () => api.createTicket()), 201) === 20);
  });

  it('do not wait for one whose ticket another session has locked', async () => {
    const ids = await createTickets(128);
    const [locked = 0, ...free] = ids;
    /** Updates the free tickets; returns the time until the last response. */
    const update = async (status: 'answered' | 'awaited') => {
      const begin = performance.now();
      const responses = await Promise.all(free.map((id) => api.updateStatus(id, status)));
      expect(count(responses, 200)).toBe(127);
      return performance.now() - begin;
    };
    const withoutLock = await update('answered');
    const unlock = await lockTicket(stores.database, locked);
    const waiting = api.updateStatus(locked, 'answered');
    // A statement that waits for the lock takes a second longer.
    expect(await update('awaited')).toBeLessThan(2 * withoutLock + 900);
    await unlock();
    // On a slow machine its time limit may have passed before.
    expect([200, 503]).toContain((await waiting).status);
  });

  it('get 503 at their deadline if the lock is kept', async () => {
    const [locked = 0, free = 0] = await createTickets(2);
    const unlock = await lockTicket(stores.database, locked);
    const begin = performance.now();
    const waiting = times(20, () => api.comment(locked));
    expect((await api.comment(free)).status).toBe(201);
    expect(count(await waiting, 503)).toBe(20);
    expect(performance.now() - begin).toBeLessThan(3_500);
    await unlock();
    await eventually(async () => (await api.comment(locked)).status === 201);
    // The comment above, and the one whose statement still ran at its deadline.
    expect((await api.ticket(locked)).body.comment_count).toBeLessThanOrEqual(2);
  });

  it('of two replicas do not block each other in any order, and one of two transitions succeeds', async () => {
    const ids = await createTickets(32);
    for (const to of ['answered', 'awaited', 'answered']) {
      const forth = Promise.all(ids.map((id) => api.updateStatus(id, to)));
      const back = Promise.all(ids.toReversed().map((id) => other.updateStatus(id, to)));
      const statuses = [(await forth).map(({ status }) => status), (await back).map(({ status }) => status)];
      const pairs = ids.map((_, n) => [statuses[0]?.[n] ?? 0, statuses[1]?.at(-1 - n) ?? 0].sort());
      expect(pairs).toEqual(ids.map(() => [200, 409]));
    }
    const [sum] = await query<{ versions: number }>(
      'SELECT sum(version)::integer AS versions FROM ticket WHERE id = ANY ($1)',
      [ids],
    );
    expect(sum?.versions).toBe(32 * 4);
  });
});
