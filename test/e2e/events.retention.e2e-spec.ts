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
  it('leave the feed but not the history, and a cursor before them returns 410', async () => {
    const first = await Service.start();
    const { next_cursor: start } = (await new Api(first.url).events('')).body;
    const { id } = (await new Api(first.url).createTicket()).body;
    const read = async () => (await new Api(first.url).events('')).body;
    await eventually(async () => (await read()).items.length === 1);
    const old = await read();
    await backdate(first.stores);
    const ids = await times(3, async () => (await new Api(first.url).createTicket()).body.id);
    await first.stop();

    const second = await Service.start({ stores: first.stores, environment: { EVENTS_RETENTION_DAYS: '7' } });
    const api = new Api(second.url);
    const tickets = async () => (await api.events('')).body.items.map(({ data }) => data.ticket_id);
    await eventually(async () => String((await tickets()).sort()) === String(ids.sort()));
    const expired = await api.events(`after=${start}`);
    expect(expired.status).toBe(410);
    expect(expired.problem).toMatchObject({
      type: 'urn:problem-type:ticket-system:cursor-expired',
      newest_cursor: expect.stringMatching(/^4-/),
    });
    // After the last event that left the feed nothing is missing.
    const kept = (await api.events(`after=${old.items[0]?.id ?? ''}`)).body.items;
    expect(kept.map(({ data }) => data.ticket_id).sort()).toEqual(ids.sort());
    // The history of a ticket is kept as long as the ticket.
    expect(await api.send('GET', `/ticket/${id}/history`)).toMatchObject({
      status: 200,
      body: { items: [{ type: 'ticket.created', version: 1 }], next_cursor: null },
    });
    await second.stop();
  });
});
