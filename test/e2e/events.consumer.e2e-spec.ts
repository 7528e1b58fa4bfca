import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Api } from '../support/api.js';
import { freePort } from '../../src/database/free-port.js';
import { eventually } from '../support/eventually.js';
import { connect, createStores, type Stores } from '../support/servers.js';
import { Service } from '../support/service.js';

let stores: Stores;
let environment: { PORT: string };
let service: Service;
let folder: string;
let consumer: ChildProcess;
let output = '';
let errors = '';

/** The source of the documented consumer. */
function documentedConsumer(): string {
  const [, code = ''] =
    /```js\n(\/\/ follow\.mjs\n.+?)```/s.exec(readFileSync('docs/events.md', 'utf8')) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(25);
  return code;
}

function startConsumer(): void {
  consumer = spawn(process.execPath, ['follow.mjs', service.url], { cwd: folder });
  consumer.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  consumer.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
}

beforeAll(async () => {
  stores = await createStores();
  environment = { PORT: String(await freePort()) };
  service = await Service.start({ stores, environment });
  folder = mkdtempSync(join(tmpdir(), 'ticket-consumer-'));
  writeFileSync(join(folder, 'follow.mjs'), documentedConsumer());
  startConsumer();
});

afterAll(async () => {
  consumer.kill();
  await service.stop();
});

/** Ids of the created tickets in the order in which the consumer received them. */
function receivedIds(): number[] {
  if (consumer.exitCode !== null) throw new Error(`The consumer has exited: ${errors}`);
  return [...output.matchAll(/ticket\.created of ticket (\d+)/g)].map(([, id]) => Number(id));
}

describe('The documented consumer', () => {
  it('receives every ticket once and in order while the service is killed twice', async () => {
    const ids: number[] = [];
    for (let round = 0; round < 2; round++) {
      const api = new Api(service.url);
      for (let n = 0; n < 100; n++) ids.push((await api.createTicket()).body.id);
      await service.stop('SIGKILL');
      service = await Service.start({ stores, environment });
    }
    await eventually(() => receivedIds().length >= ids.length);
    expect(receivedIds()).toEqual(ids);
  });

  it('resumes at its position after it was killed', async () => {
    const before = receivedIds();
    const api = new Api(service.url);
    const first = (await api.createTicket()).body.id;
    await eventually(() => receivedIds().includes(first));
    // Killed before it saved its position, the consumer processes the event again.
    consumer.kill('SIGKILL');
    const second = (await api.createTicket()).body.id;
    startConsumer();
    await eventually(() => receivedIds().includes(second));
    expect([...new Set(receivedIds())]).toEqual([...before, first, second]);
  });

  it('loads all tickets again after a restore of the database, and continues with the next event', async () => {
    const api = new Api(service.url);
    const { next_cursor: kept } = (await api.events('from=now')).body;
    const lost = (await api.createTicket()).body.id;
    await eventually(() => receivedIds().includes(lost));
    // As in a database that was restored from a backup without the last event.
    const database = await connect(stores.database);
    const [number, tag] = kept.split('-');
    await database.query('BEGIN');
    await database.query('UPDATE feed_state SET last_number = $1, last_tag = $2', [number, tag]);
    await database.query('DELETE FROM event WHERE number > $1', [number]);
    await database.query('COMMIT');
    await database.end();
    await eventually(() => output.includes('Load all tickets again here.'));
    const next = (await api.createTicket()).body.id;
    await eventually(() => receivedIds().includes(next));
    expect(output.split('Load all tickets again here.')).toHaveLength(2);
  });
});
