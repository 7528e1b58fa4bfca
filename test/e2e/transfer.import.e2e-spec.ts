import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { aTicket, type Ticket } from '../support/api.js';
import { connect } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';
import { sendLines, startImport, type AnyLine } from '../support/transfer.js';

const { api, service } = sharedService();

const importLines = (...lines: AnyLine[]) => sendLines(api, ...lines);

const read = async (id = 0) => (await api.ticket(id)).body;

const complete = {
  external_id: 'desk-1',
  ...aTicket,
  status: 'closed',
  assignee: 'grace',
  priority: 'urgent',
  tags: ['vip', 'billing', 'vip'],
  metadata: { order: '2043', left: null },
  due_at: '2020-02-01T00:00:00+01:00',
  created_at: '2020-01-01T10:00:00Z',
  comments: [
    { text: 'It is corrected.', email: 'support@example.com', created_at: '2020-01-03T10:00:00.5Z' },
    {
      text: 'Which item?',
      email: 'support@example.com',
      visibility: 'internal',
      created_at: '2020-01-02T10:00:00Z',
    },
    { text: 'Thank you.', email: 'ADA@example.com', created_at: '2020-01-03T10:00:00.5Z' },
  ],
};

describe('An import', () => {
  it('creates a ticket with its comments, in their order, and fills in what the line leaves out', async () => {
    const [result] = await importLines(complete);
    expect(result).toEqual({ line: 1, external_id: 'desk-1', status: 'created', id: result?.id });
    const { comments, ...ticket } = await read(result?.id);
    expect(ticket).toMatchObject({
      ...{ ...aTicket, external_id: 'desk-1', status: 'closed', assignee: 'grace', priority: 'urgent' },
      ...{ tags: ['billing', 'vip'], metadata: { order: '2043' }, due_at: '2020-01-31T23:00:00.000Z' },
      ...{ version: 1, comment_count: 3, follows: null },
      created_at: '2020-01-01T10:00:00.000Z',
      updated_at: '2020-01-03T10:00:00.500Z',
      status_changed_at: '2020-01-03T10:00:00.500Z',
      first_response_at: '2020-01-03T10:00:00.500Z',
      closed_at: '2020-01-03T10:00:00.500Z',
    });
    expect(comments).toMatchObject([
      { text: 'Which item?', author: 'team', visibility: 'internal', created_at: '2020-01-02T10:00:00.000Z' },
      { text: 'It is corrected.', author: 'team', visibility: 'public', ticket_version: 1 },
      { text: 'Thank you.', author: 'requester', created_at: '2020-01-03T10:00:00.500Z' },
    ]);
  });

  it('records one event for each ticket, and opens a ticket that has only the required fields', async () => {
    const [result] = await importLines({ external_id: 'desk-2', ...aTicket });
    expect(await read(result?.id)).toMatchObject({
      status: 'opened',
      priority: 'normal',
      tags: [],
      metadata: {},
    });
    const { body } = await api.send<{ items: object[] }>('GET', `/ticket/${result?.id ?? 0}/history`);
    expect(body.items).toMatchObject([{ type: 'ticket.imported', version: 1, data: { status: 'opened' } }]);
  });

  it('gives the tickets ids in the order of their lines', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `order-${(n * 7) % 50}`);
    const results = await importLines(...names.map((external_id) => ({ ...aTicket, external_id })));
    const ids = results.map(({ id = 0 }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });

  it('creates a ticket once, however often its line is sent', async () => {
    const line = { ...complete, external_id: 'desk-3' };
    const results = await importLines(line, line, { ...line, theme: 'Another theme' });
    expect(results.map(({ status }) => status)).toEqual(['created', 'exists', 'exists']);
    const again = await Promise.all(Array.from({ length: 4 }, () => importLines(line)));
    expect(again.flat()).toEqual(Array.from({ length: 4 }, () => ({ ...results[1], line: 1 })));
    expect((await read(results[0]?.id)).comment_count).toBe(3);
  });

  it('rejects invalid lines by their fields, and imports the others', async () => {
    const results = await importLines(
      { external_id: 'bad-1', ...aTicket, theme: ' ' },
      { ...aTicket },
      {
        external_id: 'bad-2',
        ...aTicket,
        comments: [complete.comments[0] ?? {}, { text: 'x', email: 'x', at: 1 }, 7],
      },
      { external_id: 'bad-3', ...aTicket, closed_at: '2020-01-01T10:00:00Z', owner: 'ada' },
      '{"external_id": "cut',
      Buffer.from([0x22, 0xff, 0x22]),
      '[]',
      '',
      { external_id: 'bad-4', ...aTicket, text: 'x'.repeat(1024 * 1024) },
      { external_id: 'good', ...aTicket },
    );
    const fields = results.map(({ line, external_id, status, errors }) => [
      line,
      external_id,
      ...(status === 'invalid' ? (errors ?? []).map(({ field }) => field) : [status]),
    ]);
    expect(fields).toEqual([
      [1, 'bad-1', 'theme'],
      [2, null, 'external_id'],
      [3, 'bad-2', 'comments[2]'],
      [4, 'bad-3', 'owner', 'closed_at'],
      [5, null, 'line'],
      [6, null, 'line'],
      [7, null, 'line'],
      [9, null, 'line'],
      [10, 'good', 'created'],
    ]);
    const [invalid] = await importLines({
      external_id: 'b',
      ...aTicket,
      comments: [{ text: 'x', email: 'x', at: 1 }],
    });
    expect(invalid?.errors?.map(({ field }) => field)).toEqual(['comments[0].at', 'comments[0].email']);
    const database = await connect(service().stores.database);
    const { rows } = await database.query("SELECT 1 FROM ticket WHERE external_id LIKE 'b%'");
    await database.end();
    expect(rows).toEqual([]);
  });

  it('takes the lines of an export: finds the followed ticket by its id there, and keeps what was erased', async () => {
    const erased = {
      text: '[erased]',
      email: '[erased]',
      author: 'requester',
      redacted_at: '2020-01-01T00:00:00.000Z',
    };
    const results = await importLines(
      { cursor: '7-abcd', tickets: 2 },
      {
        id: 91,
        version: 7,
        comment_count: 1,
        ...aTicket,
        comments: [{ id: 4, ticket_id: 91, ticket_version: 3, ...erased }],
      },
      { id: 92, external_id: null, ...aTicket, follows: 91 },
      { external_id: 'desk-93', ...aTicket, follows_external_id: 'ticket:92' },
      { external_id: 'desk-94', ...aTicket, follows: 77 },
    );
    expect(results.flatMap(({ errors = [] }) => errors)).toEqual([]);
    expect(results.map(({ line, external_id }) => [line, external_id])).toEqual([
      [2, 'ticket:91'],
      [3, 'ticket:92'],
      [4, 'desk-93'],
      [5, 'desk-94'],
    ]);
    const tickets: Ticket[] = [];
    for (const { id } of results) tickets.push(await read(id));
    expect(tickets.map(({ follows }) => follows)).toEqual([null, results[0]?.id, results[1]?.id, null]);
    expect(tickets[0]?.comments).toMatchObject([erased]);
  });

  it('rejects another media type and a compressed body, and takes an empty one', async () => {
    const type = { 'content-type': 'application/x-ndjson' };
    for (const headers of [{ 'content-type': 'application/json' }, { ...type, 'content-encoding': 'gzip' }]) {
      const response = await api.send('POST', '/import', {
        body: '{}',
        headers: headers as Record<string, string>,
      });
      expect(response.status).toBe(415);
    }
    expect(await importLines()).toEqual([]);
  });

  it('answers each line as it comes, and imports nothing of a line that was cut', async () => {
    const open = startImport(api.url);
    for (const external_id of ['live-1', 'live-2']) {
      open.write(`${JSON.stringify({ external_id, ...aTicket })}\n`);
      expect(await open.nextResult()).toMatchObject({ external_id, status: 'created' });
    }
    open.write(JSON.stringify({ external_id: 'cut-1', ...aTicket }));
    await sleep(100);
    open.cut();
    await sleep(100);
    expect((await importLines({ external_id: 'cut-1', ...aTicket }))[0]?.status).toBe('created');
  });

  it('stops reading while the results are not read', async () => {
    const open = startImport(api.url);
    const line = `${JSON.stringify({ external_id: 'same', ...aTicket, text: 'x'.repeat(100) })}\n`;
    const chunk = line.repeat(1_000);
    let bytes = 0;
    open.pause();
    // Results of 1 MiB, and what the buffers of the system take.
    while (bytes < 100_000_000 && (await open.writeWithin(chunk, 1_000))) bytes += chunk.length;
    expect(bytes).toBeLessThan(60_000_000);
    open.cut();
  });
});
