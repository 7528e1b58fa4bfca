/*
 * Proves that an import is whole and done once, whatever is killed, and that an export and the feed after its cursor are together what
 * the tables have.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../../src/database/free-port.js';
import { Api, aTicket, median } from '../api.js';
import { eventually } from '../eventually.js';
import { memoryOf } from '../processes.js';
import { connect, createStores } from '../servers.js';
import { environmentOf, Service } from '../service.js';
import { waitForNumbers } from '../transactions.js';
import { readExport } from '../transfer.js';

/** Writes a file of tickets, each with some comments; returns its name. */
function writeTickets(tickets: number, commentsOfEach: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ticket-import-')), 'tickets.ndjson');
  const comments = Array.from({ length: commentsOfEach }, (_, n) => ({
    ...{ text: `Comment ${n}. ${'It was sent again. '.repeat(10)}`, email: 'support@example.com' },
    created_at: `2020-01-01T00:00:0${n % 10}.000Z`,
  }));
  const line = (n: number) => ({
    external_id: `file-${n}`,
    ...aTicket,
    created_at: '2020-01-01T00:00:00Z',
    comments,
  });
  writeFileSync(file, Array.from({ length: tickets }, (_, n) => `${JSON.stringify(line(n))}\n`).join(''));
  return file;
}

/** Runs `npm run import` or `npm run export` as it is built. */
export async function runCommand(command: 'import' | 'export', url: string, file: string) {
  const child = spawn(process.execPath, [`dist/src/transfer/${command}-command.js`, file, '--url', url]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, errors };
}

/** Counts imported tickets, those that lack comments or have too many, and their events. */
async function countImported(database: string, commentsOfEach: number) {
  const client = await connect(database);
  const { rows } = await client.query<{ tickets: number; broken: number; events: number }>(
    `SELECT count(*)::integer AS tickets,
       count(*) FILTER (WHERE comment_count <> $1 OR comment_count <> (
         SELECT count(*) FROM comment WHERE ticket_id = ticket.id))::integer AS broken,
       (SELECT count(*)::integer FROM event WHERE type = 'ticket.imported') AS events
     FROM ticket WHERE external_id LIKE 'file-%'`,
    [commentsOfEach],
  );
  await client.end();
  return rows[0];
}

/** Imports a file while tickets are created one by one; returns the time, the memory and the latency of the creations. */
export async function measureImport(tickets: number, commentsOfEach: number) {
  const file = writeTickets(tickets, commentsOfEach);
  const service = await Service.start({ environment: { LOG_LEVEL: 'warn' } });
  const api = new Api(service.url);
  for (let n = 0; n < 50; n++) await api.createTicket();
  const before = memoryOf(service.process.pid);
  let [most, isOver] = [before, false];
  const latencies: number[] = [];
  const failed: number[] = [];
  const writing = (async () => {
    while (!isOver) {
      const begin = performance.now();
      const { status } = await api.createTicket();
      latencies.push(performance.now() - begin);
      if (status !== 201) failed.push(status);
      most = Math.max(most, memoryOf(service.process.pid));
      await sleep(20);
    }
  })();
  const begin = performance.now();
  const result = await runCommand('import', service.url, file);
  const seconds = (performance.now() - begin) / 1_000;
  isOver = true;
  await writing;
  const counts = await countImported(service.stores.database, commentsOfEach);
  await service.stop();
  const p99 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Infinity;
  const memoryMiB = (most - before) / 1024 / 1024;
  return { ...result, seconds, memoryMiB, failed, p50: median(latencies), p99, counts };
}

/** Imports a file while the service is killed again and again, and once more when it is complete. */
export async function importWithKills(tickets: number, kills: number) {
  const file = writeTickets(tickets, 3);
  const stores = await createStores();
  const port = await freePort();
  const environment = { ...environmentOf(stores), PORT: String(port), LOG_LEVEL: 'warn' };
  let service = await Service.launch(environment);
  const url = `http://127.0.0.1:${port}`;
  const importing = runCommand('import', url, file);
  let done = 0;
  for (let imported = 0; done < kills && imported < tickets; done++) {
    const before = imported;
    const hasProgress = async () => {
      imported = (await countImported(stores.database, 3))?.tickets ?? 0;
      return imported > before;
    };
    await eventually(hasProgress);
    await sleep(Math.random() * 300);
    await service.stop('SIGKILL');
    service = await Service.launch(environment);
  }
  const first = await importing;
  const again = await runCommand('import', url, file);
  const counts = await countImported(stores.database, 3);
  await service.stop();
  return { first, again, counts, kills: done };
}

/** The state of a ticket as a consumer knows it. */
interface Known {
  version: number;
  status: string;
  comment_count: number;
}

/** Exports while writers write, and follows the feed from there; returns the tickets that differ from the tables afterwards. */
export async function followExports(writers: number, exports: number) {
  const service = await Service.start({ environment: { LOG_LEVEL: 'warn' } });
  const api = new Api(service.url);
  let isOver = false;
  const write = async () => {
    for (let n = 0; n < 10 || !isOver; n++) {
      const { id } = (await api.createTicket()).body;
      await api.comment(id);
      await api.updateStatus(id, 'answered');
      await api.comment(1 + Math.floor(Math.random() * id));
    }
  };
  const writing = Promise.all(Array.from({ length: writers }, write));
  const copies: { cursor: string; known: Map<number, Known> }[] = [];
  for (let n = 0; n < exports; n++) {
    await sleep(300);
    const { cursor, lines } = await readExport(api);
    copies.push({ cursor, known: new Map(lines.map(({ id, ...line }) => [id, line])) });
  }
  isOver = true;
  await writing;
  await waitForNumbers(service.stores.database);
  const client = await connect(service.stores.database);
  const { rows } = await client.query<Known & { id: string }>(
    'SELECT id, version, status, comment_count FROM ticket',
  );
  await client.end();
  const differences: string[] = [];
  let applied = 0;
  for (const { cursor, known } of copies) {
    applied += await follow(api, cursor, known);
    for (const { id, ...row } of rows) {
      const { version, status, comment_count } = known.get(Number(id)) ?? {};
      if (JSON.stringify({ version, status, comment_count }) !== JSON.stringify(row))
        differences.push(`${id}: ${JSON.stringify(row)}`);
    }
    if (known.size !== rows.length) differences.push(`${known.size} of ${rows.length} tickets`);
  }
  await service.stop();
  return { differences, tickets: rows.length, applied };
}

/** Applies the events after a cursor to what is known, and skips versions that are known; returns the number of applied events. */
async function follow(api: Api, start: string, known: Map<number, Known>): Promise<number> {
  let applied = 0;
  for (let cursor = start; ;) {
    const { items, next_cursor } = (await api.events(`limit=1000&after=${cursor}`)).body;
    for (const { type, data } of items) {
      const { ticket_id, version, to } = data as { ticket_id: number; version: number; to?: string };
      const ticket = known.get(ticket_id) ?? { version: 0, status: 'opened', comment_count: 0 };
      if (version <= ticket.version) continue;
      if (version !== ticket.version + 1)
        throw new Error(`Version ${ticket.version + 1} of ${ticket_id} is missing`);
      const comment_count = ticket.comment_count + (type === 'comment.added' ? 1 : 0);
      known.set(ticket_id, { version, status: to ?? ticket.status, comment_count });
      applied++;
    }
    if (items.length === 0) return applied;
    cursor = next_cursor;
  }
}
