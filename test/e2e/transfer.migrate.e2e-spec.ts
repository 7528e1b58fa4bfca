import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { runCommand } from '../support/checker/transfer-trial.js';
import { connect, createStores } from '../support/servers.js';
import { sharedService } from '../support/shared-service.js';

const { api } = sharedService();
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
    const { database } = await createStores();
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
