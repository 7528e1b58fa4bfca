import { mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { Api, aTicket } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';

/** The working directory of the services of this file. */
const cwd = mkdtempSync(join(tmpdir(), 'ticket-embedded-'));
const postmaster = join(cwd, '.data/postgres/postmaster.pid');

const launch = () => Service.launch({ PORT: '0' }, cwd);

/** The tests run in their order: each uses the folder, and the first three the service, that the one before left. */
let service: Service;
let id: number;
/** The time that a start on a new folder takes on this machine. */
let startMs: number;

describe('The embedded PostgreSQL', () => {
  it('starts once for two services that start together on a new folder', async () => {
    const begin = Date.now();
    const services = await Promise.all([launch(), launch()]);
    startMs = Date.now() - begin;
    const [winner, loser] = services.toSorted((a, b) => b.url.length - a.url.length) as [Service, Service];
    service = winner;
    expect(winner.url).not.toBe('');
    expect(loser.process.exitCode).toBe(1);
    expect(loser.output).toBe(
      `The data folder ${cwd}/.data/postgres is in use by process ${winner.process.pid}; ` +
        'set POSTGRES_HOST and REDIS_URL to run several replicas\n',
    );
  });

  it('has a service that caches tickets in memory', async () => {
    const api = new Api(service.url);
    ({ id } = (await api.createTicket()).body);
    await api.ticket(id);
    expect((await api.ticket(id)).headers.get('x-cache')).toBe('HIT');
    expect((await api.send('GET', '/health/ready')).body).toMatchObject({
      details: { cache: { store: 'process' } },
    });
    await api.updateStatus(id, 'answered');
    expect((await api.ticket(id)).body.status).toBe('answered');
  });

  it('is refused to a second service, and the first one goes on', async () => {
    const second = await launch();
    expect(second.process.exitCode).toBe(1);
    expect(second.output).toContain(`is in use by process ${service.process.pid};`);
    expect((await new Api(service.url).createTicket()).status).toBe(201);
  });

  it('of a killed service is stopped by the next start, even if other processes have both process ids', async () => {
    await service.stop('SIGKILL');
    const restarted = await launch();
    expect((await new Api(restarted.url).ticket(id)).status).toBe(200);

    const [pid = '', ...lines] = readFileSync(postmaster, 'utf8').split('\n');
    await restarted.stop('SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
    await eventually(() => processesIn(cwd).length === 0);
    writeFileSync(postmaster, [process.pid, ...lines].join('\n'));
    const lock = join(cwd, '.data/postgres.lock');
    expect(readdirSync(lock)).toEqual([expect.stringMatching(new RegExp(`^${restarted.process.pid}-\\d+$`))]);
    renameSync(join(lock, readdirSync(lock)[0] ?? ''), join(lock, `${process.pid}-1`));
    const last = await launch();
    expect((await new Api(last.url).ticket(id)).body).toMatchObject(aTicket);
    expect(await last.stop()).toBe(0);
    expect(processesIn(cwd)).toEqual([]);
  });
});

/** Delay between the moments at which a start is interrupted, see docs/testing.md. */
const stepMs = () => Number(process.env['INTERRUPT_STEP_MS'] ?? startMs / 2);

describe('A signal at any moment of a start', () => {
  it.each([
    ['a new folder', () => mkdtempSync(join(tmpdir(), 'ticket-embedded-')), () => 0],
    ['an existing folder', () => cwd, () => Math.min(500, stepMs() / 2)],
  ])(
    'leaves no process behind, and a folder that the next service uses: %s',
    async (_name, folderOf, firstMs) => {
      let moments = 0;
      for (let isStarted = false, delay = firstMs(); !isStarted; delay += stepMs(), moments++) {
        const folder = folderOf();
        const service = Service.spawn({ PORT: '0' }, folder);
        await sleep(delay);
        isStarted = service.url !== '';
        if (isStarted && folder === cwd) expect((await new Api(service.url).ticket(id)).status).toBe(200);
        const code = await service.stop(moments % 2 === 0 ? 'SIGTERM' : 'SIGINT');
        // A child that was killed may take a moment to end.
        await eventually(() => processesIn(folder).length === 0, 1_000);
        // Before its first line of code, Node.js ends by the signal.
        expect([0, 'SIGTERM', 'SIGINT']).toContain(code);
        expect(service.output).not.toMatch(/^(?!{)./m);
      }
      expect(moments).toBeGreaterThan(1);
    },
  );
});

/** Command lines of the running processes that work in a folder or were started with its name. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isThere = command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return isThere ? [`${pid} ${command}`] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
