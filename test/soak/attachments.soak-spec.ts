import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { Api, count, times } from '../support/api.js';
import { Attachments } from '../support/attachments.js';
import { memoryOf } from '../support/processes.js';
import { Service } from '../support/service.js';

const mebibyte = 1024 ** 2;
const size = 1024 * mebibyte;

/** The same mebibyte 1,024 times, with its number in front. */
function* gibibyte() {
  const chunk = Buffer.alloc(mebibyte, 'x');
  for (let n = 0; n < 1024; n++) {
    chunk.writeUInt32BE(n);
    yield Buffer.from(chunk);
  }
}

/** Measures the most memory of the service while something runs. */
async function peakOf(service: Service, run: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, memoryOf(service.process.pid))), 20);
  await run();
  clearInterval(timer);
  return Math.round(most / mebibyte);
}

describe('An attachment of 1 GiB', () => {
  it('passes through the service with flat memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-attachments-'));
    const environment = { ATTACHMENTS_DIR: folder, ATTACHMENTS_MAX_BYTES: String(size) };
    const service = await Service.start({ environment });
    const api = new Api(service.url);
    const ticket = new Attachments(api, (await api.createTicket()).body.id);
    await ticket.attach('warm');
    const before = Math.round(memoryOf(service.process.pid) / mebibyte);
    const hash = createHash('sha256');
    for (const chunk of gibibyte()) hash.update(chunk);
    const expected = hash.digest('hex');

    const { body } = await ticket.create('', { size, sha256: expected });
    const begin = performance.now();
    const seconds: number[] = [];
    const lap = () => seconds.push(Math.round((performance.now() - begin) / 100) / 10);
    const upload = await peakOf(service, async () => {
      const stream = ReadableStream.from(gibibyte());
      const init = { body: stream, duplex: 'half' } as RequestInit;
      expect((await ticket.upload(body, '', init)).status).toBe(200);
    });
    lap();
    const completion = await peakOf(service, async () => {
      expect((await ticket.complete(body.id)).status).toBe(200);
    });
    lap();
    const received = createHash('sha256');
    const download = await peakOf(service, async () => {
      const { body: stream } = await ticket.download(body.id);
      if (stream) for await (const chunk of stream) received.update(chunk as Uint8Array);
    });
    lap();
    writeFileSync('dist/attachments.json', JSON.stringify({ before, upload, completion, download, seconds }));
    expect(received.digest('hex')).toBe(expected);
    expect(Math.max(upload, completion, download) - before).toBeLessThan(64);
    await service.stop();
    rmSync(folder, { recursive: true });
  }, 600_000);
});

// Mounting a small disk needs root.
describe('A full disk of the attachments', () => {
  it('rejects uploads with 507, leaves nothing of them, and takes them when there is space again', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'ticket-attachments-disk-'));
    const mount = ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk];
    expect(spawnSync('mount', mount, { stdio: 'inherit' }).status).toBe(0);
    const service = await Service.start({ environment: { ATTACHMENTS_DIR: disk } });
    const api = new Api(service.url);
    const ticket = new Attachments(api, (await api.createTicket()).body.id);
    const kept = await ticket.attach('kept');
    const bytes = Buffer.alloc(20 * mebibyte, 'x');
    const created = await times(5, () => ticket.create(bytes));
    const uploads = await Promise.all(created.map(({ body }) => ticket.upload(body, bytes)));
    expect(count(uploads, 507)).toBeGreaterThan(0);
    expect(count(uploads, 200) + count(uploads, 507)).toBe(5);
    expect(readdirSync(join(disk, 'unfinished'))).toEqual([]);
    expect((await api.createTicket()).status).toBe(201);

    const filler = join(disk, 'filler');
    await appendFile(filler, Buffer.alloc(64 * mebibyte)).catch(() => undefined);
    const { body } = await ticket.create('small');
    expect((await ticket.upload(body, 'small')).status).toBe(507);
    await rm(filler);
    expect((await ticket.upload(body, 'small')).status).toBe(200);
    expect((await ticket.complete(body.id)).status).toBe(200);
    expect(await (await ticket.download(kept.id)).text()).toBe('kept');
    expect(service.output).not.toContain('"level":"error"');
    await service.stop();
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });
});
