import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { startReplica } from '../../deploy/local/replica.js';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { Api, aTicket, scrape } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createStores } from '../support/servers.js';
import { environmentOf, Service } from '../support/service.js';

it('A standby that has what its restored primary has lost serves neither the feed nor lists', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticket-replica-restore-'));
  const data = join(folder, 'data');
  let primary = await startEmbeddedPostgres(data, {});
  const proxy = await FaultProxy.to(primary.port);
  const start = async (more: Record<string, string> = {}) =>
    Service.launch({
      ...environmentOf(await createStores()),
      ...{ POSTGRES_PORT: String(proxy.port), POSTGRES_USER: primary.user, POSTGRES_DB: 'postgres' },
      ...{ POSTGRES_PASSWORD: primary.password, ...more },
    });
  await (await start()).stop();
  await primary.stop();
  spawnSync('cp', ['-a', data, `${data}-backup`]);
  primary = await startEmbeddedPostgres(data, {});
  proxy.target = primary.port;
  const standby = await startReplica(data, primary);
  const service = await start(standby.environment);
  const api = new Api(service.url);
  const isUsed = async () => (await scrape(api)).get('ticket_database_replicas') === 1;
  for (let n = 0; n < 50; n++) await api.createTicket({ ...aTicket, text: 'x'.repeat(10_000) });
  await eventually(isUsed);
  const newest = async () => (await api.events('from=now')).body.next_cursor;
  await eventually(async () => (await newest()).startsWith('50-'));
  const lost = await newest();

  await primary.stop();
  rmSync(data, { recursive: true });
  renameSync(`${data}-backup`, data);
  primary = await startEmbeddedPostgres(data, {});
  proxy.target = primary.port;
  proxy.reset();
  await eventually(async () => (await api.createTicket()).status === 201);
  const { id } = (await api.createTicket({ ...aTicket, theme: 'after the restore' })).body;
  await eventually(async () => !(await isUsed()));
  expect((await api.events(`after=${lost}`)).status).toBe(410);
  const list = await api.send<{ items: { id: number }[] }>('GET', '/ticket');
  expect(list.body.items[0]?.id).toBe(id);
  // The primary passes the position of the standby.
  for (let n = 0; n < 100; n++) await api.createTicket({ ...aTicket, text: 'y'.repeat(10_000) });
  expect(await isUsed()).toBe(false);
  expect((await api.events(`after=${lost}`)).status).toBe(410);
  await service.stop();
  await standby.stop();
  await primary.stop();
  rmSync(folder, { recursive: true });
});
