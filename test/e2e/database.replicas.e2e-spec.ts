import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';

import { FaultyPostgres } from '../support/checker/faulty-postgres.js';
import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/metrics.js';
import { createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

let primary: FaultyPostgres;
let replica: Awaited<ReturnType<FaultyPostgres['replica']>>;
/** Connected to the replica, to hold it back. */
let brake: pg.Client;
let service: Service;
let api: Api;

beforeAll(async () => {
  // Nobody kills it, and what the replica lacks is to be written well within a second.
  primary = await FaultyPostgres.start({ fsync: 'off' });
  replica = await primary.replica();
  brake = await primary.connect(replica.port);
  const stores = environmentOf(await createStores());
  service = await Service.launch({ ...stores, ...primary.environment, ...replica.environment });
  api = new Api(service.url);
}, 90_000);

afterAll(async () => {
  await service.stop();
  await replica.stop();
  await primary.stop();
});

const replicasInUse = async () => (await scrape(api)).get('ticket_database_replicas');
const itemsOf = async (path: string) => (await api.send<{ items: { id: number }[] }>('GET', path)).body.items;
const listed = async () => (await itemsOf('/ticket?limit=100')).map(({ id }) => id);

describe('With a replica of PostgreSQL, the service', () => {
  it('reads lists, histories, comments and the feed from it', async () => {
    const { id } = (await api.createTicket()).body;
    await eventually(async () => (await replicasInUse()) === 1);
    await eventually(async () => (await listed()).includes(id));

    await brake.query('SELECT pg_wal_replay_pause()');
    const later = (await api.createTicket()).body.id;
    await api.comment(id);
    await api.updateStatus(id, 'answered');
    expect(await listed()).not.toContain(later);
    expect(await itemsOf(`/ticket/${id}/history`)).toHaveLength(1);
    expect(await itemsOf(`/ticket/${id}/comment`)).toEqual([]);
    expect((await api.events(`from=beginning&ticket_id=${id}`)).body.items).toHaveLength(1);
  });

  it('reads a ticket from the primary, and so what the replica does not know yet', async () => {
    const { id } = (await api.createTicket()).body;
    expect((await api.updateStatus(id, 'answered')).status).toBe(200);
    expect((await api.ticket(id)).body.status).toBe('answered');
    expect((await api.send('GET', `/ticket/${id}/comment`)).status).toBe(200);
  });

  it('reads from the primary once the replica lies more than a second behind', async () => {
    const { id } = (await api.createTicket()).body;
    await eventually(async () => (await replicasInUse()) === 0);
    expect(await listed()).toContain(id);

    await brake.query('SELECT pg_wal_replay_resume()');
    await eventually(async () => (await replicasInUse()) === 1);
  });

  it('goes on without a failure when the replica is gone', async () => {
    const ids: number[] = [];
    await brake.end();
    await replica.stop();
    for (let n = 0; n < 20; n++) {
      ids.push((await api.createTicket()).body.id);
      expect((await api.send('GET', '/ticket')).status).toBe(200);
    }
    expect(await replicasInUse()).toBe(0);
    expect(await listed()).toEqual(expect.arrayContaining(ids));
  });
});
