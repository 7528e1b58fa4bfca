import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';

import { FaultyPostgres } from '../support/checker/faulty-postgres.js';
import { Api, scrape } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

let primary: FaultyPostgres;
let replica: Awaited<ReturnType<FaultyPostgres['replica']>>;
/** A connection to the replica, to pause its replay. */
let onReplica: pg.Client;
let service: Service;
let api: Api;

beforeAll(async () => {
  // Without fsync, so that the replica catches up well within a second.
  primary = await FaultyPostgres.start({ fsync: 'off' });
  replica = await primary.replica();
  onReplica = await primary.connect(replica.port);
  const stores = environmentOf(await createStores());
  service = await Service.launch({ ...stores, ...primary.environment, ...replica.environment });
  api = new Api(service.url);
});

afterAll(async () => {
  await service.stop();
  await replica.stop();
  await primary.stop();
});

const replicasInUse = async () => (await scrape(api)).get('ticket_database_replicas');
const itemsOf = async (path: string) => (await api.send<{ items: { id: number }[] }>('GET', path)).body.items;
const listed = async () => (await itemsOf('/ticket?limit=100')).map(({ id }) => id);

/** Signals all processes of the primary and the replica. */
function signalAll(signal: NodeJS.Signals): void {
  primary.signal(signal);
  primary.signal(signal, 'data-replica');
}

describe('With a streaming replica of PostgreSQL, the service', () => {
  it('reads lists, histories, comments and events from the replica', async () => {
    // On a busy machine an attempt may take longer than the second after which a paused replica is not used.
    await eventually(async () => {
      await onReplica.query('SELECT pg_wal_replay_resume()');
      const { id } = (await api.createTicket()).body;
      await eventually(async () => (await replicasInUse()) === 1);
      await eventually(async () => (await listed()).includes(id));

      await onReplica.query('SELECT pg_wal_replay_pause()');
      const later = (await api.createTicket()).body.id;
      await api.comment(id);
      await api.updateStatus(id, 'answered');
      const tickets = await listed();
      const history = await itemsOf(`/ticket/${id}/history`);
      const comments = await itemsOf(`/ticket/${id}/comment`);
      const events = (await api.events(`from=beginning&ticket_id=${id}`)).body.items;
      return (
        !tickets.includes(later) && [history, comments, events].map(({ length }) => length).join() === '1,0,1'
      );
    });
  });

  it('reads single tickets from the primary, which has the latest writes', async () => {
    const { id } = (await api.createTicket()).body;
    expect((await api.updateStatus(id, 'answered')).status).toBe(200);
    expect((await api.ticket(id)).body.status).toBe('answered');
    expect((await api.send('GET', `/ticket/${id}/comment`)).status).toBe(200);
  });

  it('reads from the primary when the replica lags by more than a second', async () => {
    const { id } = (await api.createTicket()).body;
    await eventually(async () => (await replicasInUse()) === 0);
    expect(await listed()).toContain(id);

    await onReplica.query('SELECT pg_wal_replay_resume()');
    await eventually(async () => (await replicasInUse()) === 1);
  });

  it('rejects lists within the time of a request when the primary and the replica freeze together', async () => {
    await eventually(async () => (await replicasInUse()) === 1);
    await listed();
    signalAll('SIGSTOP');
    const begin = Date.now();
    const { status } = await api.send('GET', '/ticket');
    const ms = Date.now() - begin;
    signalAll('SIGCONT');
    expect([status, ms < 2_500]).toEqual([503, true]);
    await eventually(async () => (await replicasInUse()) === 1);
  });

  it('fails no request when the replica is lost', async () => {
    const ids: number[] = [];
    await onReplica.end();
    await replica.stop();
    for (let n = 0; n < 20; n++) {
      ids.push((await api.createTicket()).body.id);
      expect((await api.send('GET', '/ticket')).status).toBe(200);
    }
    expect(await replicasInUse()).toBe(0);
    expect(await listed()).toEqual(expect.arrayContaining(ids));
  });
});
