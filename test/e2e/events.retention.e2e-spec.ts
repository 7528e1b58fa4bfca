import { describe, expect, it } from '@jest/globals';

import { Api, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

/** Moves all events eight days into the past. */
async function backdate({ database }: Stores): Promise<void> {
  const client = await connect(database);
  await client.query(`UPDATE event SET at = at - interval '8 days'`);
  await client.end();
}

describe('Events older than EVENTS_RETENTION_DAYS', () => {
  it('are deleted, and a cursor before them returns 410', async () => {
    const first = await Service.start();
    const { id } = (await new Api(first.url).createTicket()).body;
    // The feed waits for transactions of other tests.
    const read = async () => (await new Api(first.url).events('')).body;
    await eventually(async () => (await read()).items.length === 1);
    const old = await read();
    await backdate(first.stores);
    const ids = await times(3, async () => (await new Api(first.url).createTicket()).body.id);
    await first.stop();

    const second = await Service.start({ stores: first.stores, environment: { EVENTS_RETENTION_DAYS: '7' } });
    const api = new Api(second.url);
    await eventually(async () => (await api.events('')).body.items.length === 3);
    const expired = await api.events('after=0-0');
    expect(expired.status).toBe(410);
    expect(expired.problem.type).toBe('urn:problem-type:ticket-system:cursor-expired');
    // After the last deleted event nothing is missing.
    const kept = (await api.events(`after=${old.items[0]?.id ?? ''}`)).body.items;
    expect(kept.map(({ data }) => data.ticket_id).sort()).toEqual(ids.sort());
    // The ticket itself stays, with an empty history.
    expect(await api.send('GET', `/ticket/${id}/history`)).toMatchObject({
      status: 200,
      body: { items: [], next_cursor: null },
    });
    await second.stop();
  });
});

describe('The feed of a database restored into another server', () => {
  it('continues after the last event even though transaction ids restart', async () => {
    const before = await Service.start();
    await new Api(before.url).createTicket();
    const database = await connect(before.stores.database);
    // Simulates a dump from a server with a far higher transaction id.
    await database.query('UPDATE event SET position = position + 1000000000000');
    await database.query('UPDATE ticket SET feed_position = feed_position + 1000000000000');
    await before.stop();

    const after = await Service.start({ stores: before.stores });
    const api = new Api(after.url);
    const { id } = (await api.createTicket()).body;
    await api.comment(1);
    const seen = async () => {
      const { items } = (await api.events('')).body;
      return items.map(({ data }) => [data.ticket_id, data.version]);
    };
    await eventually(async () => (await seen()).length === 3);
    expect(await seen()).toEqual([
      [1, 1],
      [id, 1],
      [1, 2],
    ]);
    await database.end();
    await after.stop();
  });
});
