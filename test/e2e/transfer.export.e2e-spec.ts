import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { aComment, aTicket, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/servers.js';
import { Service } from '../support/service.js';
import { Api } from '../support/api.js';
import { sharedService } from '../support/shared-service.js';
import { holdTransaction, waitForNumbers } from '../support/transactions.js';
import { readExport, sendLines } from '../support/transfer.js';

const { api, service } = sharedService();

/** The sessions with an open export. */
async function openExports(): Promise<number> {
  const database = await connect(service().stores.database);
  const { rows } = await database.query(
    `SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND backend_xmin IS NOT NULL AND query LIKE 'FETCH%'`,
  );
  await database.end();
  return rows.length;
}

async function fill(tickets: number): Promise<void> {
  const database = await connect(service().stores.database);
  await database.query(
    `INSERT INTO ticket (theme, text, email) SELECT 'A theme', repeat('x', 10000), 'a@example.com' FROM generate_series(1, $1)`,
    [tickets],
  );
  await database.end();
}

function omit(value: object, names: string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

describe('An export', () => {
  it('has all tickets with all comments, and the cursor to follow from', async () => {
    const comments120 = Array.from({ length: 120 }, (_, n) => ({ ...aComment, text: `Comment ${n}` }));
    const [imported] = await sendLines(api, { external_id: 'x-1', ...aTicket, comments: comments120 });
    const id = imported?.id ?? 0;
    await api.updateStatus(id, 'answered');
    await waitForNumbers(service().stores.database);
    const { cursor, tickets, lines } = await readExport(api);
    expect(tickets).toBe(lines.length);
    const { comments, comments_next, ...ticket } = (await api.ticket(id)).body;
    expect(comments_next).not.toBeNull();
    const line = lines.find((each) => each.id === id);
    expect(line).toMatchObject(ticket);
    expect(line?.comments).toHaveLength(120);
    expect(line?.comments.slice(0, 100)).toEqual(comments);
    expect((await api.events(`after=${cursor}`)).body.items).toEqual([]);
    await api.comment(id);
    await waitForNumbers(service().stores.database);
    expect((await api.events(`after=${cursor}`)).body.items).toMatchObject([{ type: 'comment.added' }]);
  });

  it('is imported as it is by another service, whose export is the same', async () => {
    const [first] = await sendLines(
      api,
      { external_id: 'chain-1', ...aTicket },
      { external_id: 'chain-2', ...aTicket, follows_external_id: 'chain-1' },
    );
    expect(first?.status).toBe('created');
    const { lines } = await readExport(api);
    const other = await Service.start();
    const target = new Api(other.url);
    const results = await sendLines(target, ...lines);
    expect(results.every(({ status }) => status === 'created')).toBe(true);
    /** Returns the lines without the values that each service chooses itself. */
    const comparable = (exported: typeof lines) =>
      exported.map((line) => ({
        ...omit(line, ['id', 'version', 'follows']),
        external_id: line.external_id ?? `ticket:${line.id}`,
        hasFollows: line.follows !== null,
        comments: line.comments.map((comment) => omit(comment, ['id', 'ticket_id', 'ticket_version'])),
      }));
    expect(comparable((await readExport(target)).lines)).toEqual(comparable(lines));
    await other.stop();
  });

  it('leaves out what was not committed; its event comes after the cursor', async () => {
    const { id } = (await api.createTicket()).body;
    await waitForNumbers(service().stores.database);
    const release = await holdTransaction(
      service().stores.database,
      `WITH changed AS (UPDATE ticket SET version = version + 1 WHERE id = $1 RETURNING id, version)
       INSERT INTO event (type, ticket_id, version, at, data) SELECT 'ticket.updated', id, version, now(), '{}' FROM changed`,
      [id],
    );
    const { lines } = await readExport(api);
    await release();
    expect(lines.find((each) => each.id === id)?.version).toBe(1);
  });

  it('ends its transaction when the client goes away, and when the client does not read', async () => {
    await fill(1_500);
    const [response] = (await once(get(`${api.url}/export`), 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    await once(response, 'readable');
    await eventually(async () => (await openExports()) === 1);
    response.destroy();
    await eventually(async () => (await openExports()) === 0);
  });

  it('is rejected with 503 while two others run', async () => {
    const open = await times(2, async () => {
      const [response] = (await once(get(`${api.url}/export`), 'response')) as [IncomingMessage];
      response.on('error', () => undefined);
      return response;
    });
    const { status, headers } = await api.send('GET', '/export');
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    // A HEAD reads nothing, so it needs no export.
    expect((await api.send('HEAD', '/export')).status).toBe(200);
    for (const response of open) response.destroy();
    await eventually(async () => (await api.send('GET', '/export')).status === 200);
  });
});
