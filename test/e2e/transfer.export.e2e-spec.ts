import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { runCommand } from '../support/checker/transfer-trial.js';
import { connect, createStores, empty } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';
import { aComment, Api, aTicket, times } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { holdTransaction, waitForNumbers } from '../support/transactions.js';
import { readExport, sendLines } from '../support/transfer.js';

const { api, service } = sharedService();
const migrate = join('deploy', 'migrate');
const samples = join(migrate, 'samples');
const folder = mkdtempSync(join(tmpdir(), 'ticket-migrate-'));

async function importText(name: string, text: string): Promise<Record<string, unknown>[]> {
  const file = join(folder, name);
  writeFileSync(file, text);
  expect(await runCommand('import', api.url, file)).toMatchObject({ code: 0, output: '' });
  expect(existsSync(`${file}.progress`)).toBe(false);
  const { body } = await api.send<{ items: { id: number; external_id: string }[] }>(
    'GET',
    '/ticket?sort=created_at',
  );
  const tickets = [];
  for (const { id, external_id } of body.items)
    if (external_id.startsWith(name)) tickets.push((await api.ticket(id)).body);
  return tickets;
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
});

describe('deploy/migrate', () => {
  it('converts an export of Zendesk', async () => {
    const files = ['zendesk-users.ndjson', 'zendesk-tickets.ndjson'].map((file) => join(samples, file));
    const text = execFileSync(process.execPath, [join(migrate, 'zendesk.js'), ...files], {
      encoding: 'utf8',
    });
    const tickets = await importText('zendesk', text);
    expect(tickets).toMatchObject([
      {
        ...{
          external_id: 'zendesk:35436',
          theme: 'Invoice 2043 is wrong',
          email: 'ada@example.com',
          status: 'closed',
        },
        ...{ assignee: 'zendesk:902', priority: 'high', tags: ['billing', 'vip-customer'] },
        ...{ metadata: { field_27642: '2043' }, created_at: '2022-07-20T22:55:29.000Z' },
        comments: [
          { text: 'Check with accounting first.', visibility: 'internal', author: 'team' },
          {
            text: 'It is corrected.',
            visibility: 'public',
            author: 'team',
            email: 'grace@support.example.com',
          },
        ],
      },
      {
        ...{
          external_id: 'zendesk:35437',
          theme: 'No subject',
          status: 'awaited',
          follows: tickets[0]?.['id'],
        },
        comments: [{ author: 'team' }, { author: 'requester', email: 'user-903@zendesk.invalid' }],
      },
    ]);
  });

  it('converts the database of the Flask service', async () => {
    const { database } = await createStores(empty);
    const client = await connect(database);
    await client.query(readFileSync(join(samples, 'flask.sql'), 'utf8'));
    const statements = readFileSync(join(migrate, 'flask.sql'), 'utf8').split(/;\n/);
    let rows: Record<string, object>[] = [];
    for (const statement of statements)
      rows = (await client.query(statement)).rows.concat(rows) as typeof rows;
    await client.end();
    const text = rows.map((row) => `${JSON.stringify(Object.values(row)[0])}\n`).join('');
    expect(await importText('flask', text)).toMatchObject([
      {
        ...{ external_id: 'flask:1', status: 'closed', created_at: '2021-03-01T09:00:00.000Z' },
        ...{ closed_at: '2021-03-02T10:00:00.000Z', first_response_at: '2021-03-01T10:00:00.000Z' },
        comments: [
          { text: 'Which item?', author: 'team' },
          { text: 'The second one.', author: 'requester' },
        ],
      },
      {
        external_id: 'flask:2',
        text: 'Two lines,\n"quoted".',
        status: 'opened',
        created_at: '2021-03-05T12:30:00.250Z',
      },
      { external_id: 'flask:3', theme: 'No subject', status: 'awaited' },
    ]);
  });
});

describe('npm run import and npm run export', () => {
  it('report invalid lines with their numbers, and exit with 1', async () => {
    const file = join(folder, 'invalid.ndjson');
    writeFileSync(
      file,
      `\n{"external_id":"i-1"}\n{"external_id":"i-2","theme":"A","text":"B","email":"c@example.com"}`,
    );
    const { code, output, errors } = await runCommand('import', api.url, file);
    expect(JSON.parse(output)).toMatchObject({ line: 2, external_id: 'i-1', status: 'invalid' });
    expect([code, errors]).toEqual([1, '1 tickets created, 0 existed, 1 lines invalid\n']);
  });

  it('write an export that is complete, and import it again without a change', async () => {
    const file = join(folder, 'export.ndjson');
    const { code, errors } = await runCommand('export', api.url, file);
    const [first = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    expect([code, errors]).toEqual([0, `${lines.length} tickets exported\n`]);
    expect(JSON.parse(first)).toMatchObject({ tickets: lines.length });
    const again = await runCommand('import', api.url, file);
    expect(again).toMatchObject({
      code: 0,
      errors: `0 tickets created, ${lines.length} existed, 0 lines invalid\n`,
    });
  });
});

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

// After the others, because these tickets have no external_id.
describe('An export of a service in use', () => {
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
